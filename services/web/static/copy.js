// A button that copies a field: an addition, for the field can be selected by hand.
(() => {
  "use strict";
  const button = document.querySelector("button.copy");
  if (!button || !navigator.clipboard) return;
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      document.getElementById("copied").textContent = button.dataset.done;
    } catch {
      document.getElementById("copied").textContent = "";
    }
  });
})();
