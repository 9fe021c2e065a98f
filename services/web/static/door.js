// The scanner at the door: an addition to the form, which works without it.
(() => {
  "use strict";
  const box = document.getElementById("scanner");
  const form = document.querySelector(".door-form");
  if (!box || !form || !window.BarcodeDetectionAPI || !navigator.mediaDevices) return;
  const button = box.querySelector("button");
  const video = box.querySelector("video");
  const said = box.querySelector("p");
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? box.dataset.wasm : prefix + path) } });
  box.hidden = false;

  const PAUSE = 2500; // the same ticket held still is not sent again at once
  let detector = null;
  let sound = null;
  let last = "";
  let lastAt = 0;
  let busy = false;

  button.addEventListener("click", async () => {
    try {
      sound = sound || new AudioContext();
      detector = detector || new BarcodeDetector({ formats: ["qr_code"] });
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      button.hidden = true;
      await video.play();
      look();
    } catch {
      said.textContent = box.dataset.noCamera;
    }
  });

  async function look() {
    if (!video.srcObject) return;
    try {
      const [found] = busy ? [] : await detector.detect(video);
      const now = Date.now();
      if (found && (found.rawValue !== last || now - lastAt > PAUSE)) {
        last = found.rawValue;
        lastAt = now;
        await send(found.rawValue);
      }
    } catch {
      said.textContent = box.dataset.noCamera;
    }
    setTimeout(look, 150);
  }

  async function send(ticket) {
    busy = true;
    try {
      const data = new FormData(form);
      data.set("entry", ticket);
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const result = page.getElementById("result");
      if (!result) throw new Error("no result");
      document.getElementById("result").replaceWith(document.importNode(result, true));
      const count = page.querySelector(".door-count");
      if (count) document.querySelector(".door-count").replaceWith(document.importNode(count, true));
      window.scrollTo(0, 0);
      signal(answer.status);
    } catch {
      said.textContent = box.dataset.away;
    } finally {
      busy = false;
    }
  }

  // High and short for "come in", two for "already in", low and long for "no".
  function signal(status) {
    const [tones, shake] = status === 200 ? [[880], [120]] : status === 409 ? [[520, 520], [80, 80, 80]] : [[180], [400]];
    if (navigator.vibrate) navigator.vibrate(shake);
    tones.forEach((pitch, index) => {
      const tone = sound.createOscillator();
      const loudness = sound.createGain();
      loudness.gain.value = 0.2;
      tone.frequency.value = pitch;
      tone.connect(loudness).connect(sound.destination);
      tone.start(sound.currentTime + index * 0.22);
      tone.stop(sound.currentTime + index * 0.22 + 0.16);
    });
  }
})();
