// High and short for "come in", two for "already in", low and long for "no"; to be heard and felt without looking.
let sound = null;

export function wake() {
  sound = sound || new AudioContext();
}

export function signal(tone) {
  const [tones, shake] = { ok: [[880], [120]], wait: [[520, 520], [80, 80, 80]], gone: [[180], [400]] }[tone];
  if (navigator.vibrate) navigator.vibrate(shake);
  if (!sound) return;
  tones.forEach((pitch, index) => {
    const [wave, loudness] = [sound.createOscillator(), sound.createGain()];
    loudness.gain.value = 0.2;
    wave.frequency.value = pitch;
    wave.connect(loudness).connect(sound.destination);
    wave.start(sound.currentTime + index * 0.22);
    wave.stop(sound.currentTime + index * 0.22 + 0.16);
  });
}
