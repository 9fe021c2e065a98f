// The camera: calls `found` with what a code holds, not twice for one that is held still.
const PAUSE = 2500;

export function scanner(box, words, found) {
  if (!window.BarcodeDetectionAPI || !navigator.mediaDevices) return;
  const [button, video, line] = [box.querySelector("button"), box.querySelector("video"), box.querySelector("p")];
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? box.dataset.wasm : prefix + path) } });
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  let last = "";
  let lastAt = 0;
  box.hidden = false;

  button.addEventListener("click", async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.hidden = false;
      button.hidden = true;
      await video.play();
      look();
    } catch {
      line.textContent = words.no_camera;
    }
  });

  async function look() {
    try {
      const [code] = await detector.detect(video);
      const now = Date.now();
      if (code && (code.rawValue !== last || now - lastAt > PAUSE)) {
        [last, lastAt] = [code.rawValue, now];
        await found(code.rawValue);
        lastAt = Date.now();
      }
    } catch {
      line.textContent = words.no_camera;
    }
    setTimeout(look, 150);
  }
}
