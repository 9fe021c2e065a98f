// The door as an app: what stands on the page follows what this device knows. Without it the forms work as they are.
import { Door } from "./device.js";
import { insideSince, judge, judgePerson, search } from "./judging.js";
import { forgetPages, keepThisPage } from "./keeping.js";
import { scanner } from "./scanner.js";
import { signal, wake } from "./signal.js";

const EVERY = 15000;
const page = document.getElementById("door");
const words = JSON.parse(page.dataset.words);
const zone = page.dataset.zone;
const $ = (selector) => document.querySelector(selector);

if (window.isSecureContext && window.indexedDB && crypto.subtle) start();

async function start() {
  const door = await Door.open(page.dataset.event);
  const entry = $("#entry");
  document.querySelectorAll("[data-scripted], #sync").forEach((part) => (part.hidden = false));
  door.addEventListener("change", () => draw(door));
  draw(door);

  $(".door-form").addEventListener("submit", (event) => {
    if (!door.list && door.online) return; // the server decides
    event.preventDefault();
    wake();
    if (!door.list) return show({ why: "never" });
    const typed = entry.value;
    entry.value = "";
    if (typed.trim()) decide(typed);
    else show({ why: "nothing" });
  });
  $("#q").addEventListener("input", () => drawPeople(door));
  $(".by-name form").addEventListener("submit", (event) => {
    if (!door.list) return;
    event.preventDefault();
    drawPeople(door);
  });
  $("#walk-in form").addEventListener("submit", async (event) => {
    if (!door.list) return;
    event.preventDefault();
    wake();
    const name = event.target.elements.name.value.trim().slice(0, 200);
    if (!name) return;
    event.target.reset();
    show(await door.walkIn(name));
  });
  const gate = $("#gate");
  gate.value = door.gate || "";
  gate.addEventListener("change", () => (door.gate = gate.value));
  $("#sync-now").addEventListener("click", () => door.sync());
  clearing(door);
  scanner($("#scanner"), words, decide);
  $("#scanner button").addEventListener("click", wake);

  async function decide(text) {
    show(await door.admit(await judge(door, text)));
  }

  document.addEventListener("click", async (event) => {
    const { admit, undo, seen } = event.target.dataset;
    if (admit) show(await door.admit(judgePerson(door, door.people.get(admit))));
    if (seen) await door.dismiss(seen);
    if (undo) askWhy(door, event.target, JSON.parse(undo));
  });

  addEventListener("online", () => door.sync());
  addEventListener("offline", () => door.tell({ online: false }));
  document.addEventListener("visibilitychange", () => document.hidden || door.sync());
  setInterval(() => document.hidden || door.sync(), EVERY);
  await door.sync();
  keepThisPage("/cua/tho.js", "/cua/", [$("#scanner").dataset.wasm]).catch(() => {});
}

function show(verdict) {
  const tone = verdict.yes ? "ok" : verdict.why === "already" ? "wait" : "gone";
  const name = (verdict.person && verdict.person.name) || "";
  const lines = [];
  if (verdict.why === "already" && verdict.at) lines.push(fill(verdict.gate ? words.last_time_at : words.last_time, { clock: clock(verdict.at), gate: verdict.gate }));
  else if (!verdict.yes) lines.push(verdict.explained || words[verdict.why] || words.invalid);
  if (verdict.unchecked) lines.push(words.unchecked);
  if (verdict.alone) lines.push(words.offline_yes);
  const result = document.createElement("div");
  Object.assign(result, { id: "result", className: `result ${tone}` });
  result.setAttribute("role", "status");
  result.append(document.getElementById(`icon-${tone}`).content.cloneNode(true));
  add(result, "p", "result-word", verdict.yes ? words.welcome : verdict.why === "already" ? words.already : words.invalid);
  if (name) add(result, "p", "result-name", name);
  lines.forEach((line) => add(result, "p", "result-why", line));
  $("#result").replaceWith(result);
  $("#undo-here")?.remove();
  scrollTo(0, 0);
  signal(tone);
}

function draw(door) {
  const { admitted, expected } = door.counts();
  const line = $("#sync");
  const waiting = door.waiting.length ? fill(words.waiting, { count: door.waiting.length }) : "";
  const synced = door.list ? fill(words.synced, { clock: clock(door.list.synced) }) : words.never;
  const state = !door.online ? "offline" : door.trouble ? "trouble" : waiting ? "waiting" : door.list ? "synced" : "taking";
  line.dataset.state = state;
  const parts = { offline: [words.offline, waiting || synced], trouble: [words[door.trouble], waiting], waiting: [waiting], synced: [synced], taking: [words.taking] }[state];
  const text = parts.filter(Boolean).join(" · ");
  if (line.textContent !== text) line.replaceChildren(text);
  if (state === "trouble" && door.trouble === "sign_in" && !line.querySelector("a")) {
    const link = document.createElement("a");
    Object.assign(link, { href: `/dang-nhap?next=${location.pathname}`, textContent: text });
    line.replaceChildren(link);
  }
  if (door.list) $(".door-count b").textContent = admitted;
  if (door.list) $("#expected").textContent = expected;
  drawNotices(door);
  drawRecent(door);
  if ($(".people[data-drawn]")) drawPeople(door);
}

function drawNotices(door) {
  $("#notices").hidden = !door.notices.length;
  const list = $("#notices ul");
  if (stands(list, door.notices.map((notice) => notice.nonce))) return;
  for (const notice of door.notices) {
    const first = notice.first || {};
    const sort = notice.outcome === "conflict" && first.gate ? "conflict_at" : notice.outcome;
    const item = add(list, "li");
    add(item, "span", "", fill(words[sort], { name: notice.name || words.somebody, clock: first.at ? clock(first.at) : "", gate: first.gate, why: notice.why }));
    add(item, "button", "btn quiet", words.seen).dataset.seen = notice.nonce;
  }
}

function drawRecent(door) {
  const list = $("#recent ul");
  if (list.querySelector("form")) return; // a reason is being typed
  const pending = door.waiting.filter((scan) => scan.kind !== "undo" && !scan.asking && !door.waiting.some((other) => other.shown.undoes === scan.nonce));
  const recent = [...door.done, ...pending].slice(-5).reverse();
  $("#recent").hidden = !recent.length;
  if (stands(list, recent.map((one) => [one.nonce, one.name]))) return;
  for (const one of recent) {
    const item = add(list, "li");
    add(item, "span", "", one.name);
    item.append(undoButton({ nonce: one.nonce, person: one.person || null, name: one.name }));
  }
}

function drawPeople(door) {
  if (!door.list) return;
  const asked = $("#q").value;
  const list = $(".people") || add($(".by-name"), "ul", "people");
  if (list.querySelector("form[data-why]")) return;
  const found = search(door, asked);
  const nobody = asked.trim() && !found.length;
  if (stands(list, [...found.map((person) => [person.id, person.name, Boolean(insideSince(door, person))]), nobody])) return;
  for (const person of found) {
    const item = add(list, "li");
    add(item, "span", "", person.name);
    if (insideSince(door, person)) {
      item.append(undoButton({ nonce: null, person: person.id, name: person.name }));
    } else {
      const button = add(item, "button", "btn quiet", words.let_in);
      button.setAttribute("aria-label", fill(words.let_in_name, { name: person.name }));
      button.dataset.admit = person.id;
    }
  }
  if (nobody) add(list, "li", "", words.nobody);
}

// Whether a list holds that already; else it is emptied. What somebody is about to press does not move.
function stands(list, rows) {
  const drawn = JSON.stringify(rows);
  if (list.dataset.drawn === drawn) return true;
  list.dataset.drawn = drawn;
  list.replaceChildren();
  return false;
}

function undoButton(about) {
  const button = document.createElement("button");
  Object.assign(button, { className: "btn quiet", textContent: words.undo, type: "button" });
  button.setAttribute("aria-label", fill(words.undo_name, { name: about.name }));
  button.dataset.undo = JSON.stringify(about);
  return button;
}

function askWhy(door, button, about) {
  const form = document.createElement("form");
  form.className = "why";
  form.dataset.why = "";
  const label = add(form, "label", "", words.why_undo);
  const reason = add(label, "input");
  Object.assign(reason, { required: true, maxLength: 400, name: "reason" });
  add(form, "button", "btn quiet", words.undo);
  button.replaceWith(form);
  reason.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!reason.value.trim()) return;
    form.remove();
    await door.undo(about, reason.value.trim());
    draw(door);
  });
}

function clearing(door) {
  const [button, line] = [$("#clear"), $("#cleared")];
  button.addEventListener("click", async () => {
    if (door.waiting.length && !button.dataset.sure) {
      button.dataset.sure = "yes";
      line.textContent = fill(words.really_clear, { count: door.waiting.length });
      return;
    }
    await door.clear();
    await forgetPages("/cua/");
    delete button.dataset.sure;
    line.textContent = words.cleared;
  });
}

function add(parent, tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  if (tag === "button") made.type = parent.tagName === "FORM" ? "submit" : "button";
  parent.append(made);
  return made;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function clock(moment) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone ? { timeZone: zone } : {}) };
  return new Intl.DateTimeFormat(document.documentElement.lang, options).format(new Date(moment));
}
