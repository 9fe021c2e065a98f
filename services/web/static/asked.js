// Shows a field of a form while its condition is met: an addition, for the server asks again where it is not there.
(() => {
  "use strict";
  const boxes = [...document.querySelectorAll("[data-asked]")];
  if (!boxes.some((box) => box.dataset.of)) return;
  const byKey = new Map(boxes.map((box) => [box.dataset.asked, box]));

  const fold = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().split(/\s+/).filter(Boolean).join(" ");

  function answers(box) {
    const inputs = [...box.querySelectorAll("input:not([type=hidden]), select, textarea")];
    return inputs.filter((input) => !/^(checkbox|radio)$/.test(input.type) || input.checked).map((input) => (box.dataset.kind === "choices" ? input.name.split(".").pop() : input.value));
  }

  function met(box) {
    const other = byKey.get(box.dataset.of);
    if (!other || other.hidden) return false;
    const given = answers(other);
    const { kind } = other.dataset;
    const { how } = box.dataset;
    const wanted = box.dataset.value;
    if (kind === "consent") return String(given.length > 0) === wanted;
    if (kind === "choices") return given.includes(wanted);
    const said = given[0] || "";
    if (!said.trim()) return false;
    if (kind === "number") return Number(said.replace(",", ".")) === Number(wanted);
    if (kind === "choice") return said === wanted;
    return how === "contains" ? fold(said).includes(fold(wanted)) : fold(said) === fold(wanted);
  }

  function update() {
    for (const box of boxes) {
      if (!box.dataset.of) continue;
      box.hidden = !met(box);
      box.querySelector("input[name^='asked.']").disabled = box.hidden;
    }
  }

  document.addEventListener("input", update);
  document.addEventListener("change", update);
  window.addEventListener("pageshow", update);
  update();
})();
