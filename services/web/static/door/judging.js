// Who may come in, by the list on this device and by what it did since.
import { digest, readTicket } from "./tickets.js";

const CODE = /^[A-Z0-9]{4,12}$/;

// Of a ticket or an entry code: { yes, why, person, shown, at, unchecked, final }. `final`: the server knows no better.
export async function judge(door, entry) {
  const bare = entry.replace(/[\s-]/g, "").toUpperCase();
  if (CODE.test(bare)) {
    const mark = await digest(door.event, bare);
    const found = [...door.people.values()].filter((person) => person.code === mark);
    if (found.length > 1) return { why: "several", final: true };
    return found.length ? judgePerson(door, found[0]) : { why: "not_listed", shown: { code: bare } };
  }
  const text = entry.trim();
  const ticket = await readTicket(text, door.list.keys);
  if (!ticket) return { why: "forged", final: true };
  if (ticket.event !== door.event) return { why: "other-event", final: true };
  const shown = { ticket: text };
  const person = door.people.get(ticket.registration);
  if (!person) return { why: "not_listed", shown };
  if (!person.status && ticket.issue < person.issue) return { why: "reissued", shown, person };
  return { ...judgePerson(door, person), shown, unchecked: ticket.checked === null };
}

export function judgePerson(door, person) {
  const shown = { registration_id: person.id, issue: person.issue || null };
  if (person.status) return { why: person.status, shown: { registration_id: person.id }, person };
  const inside = insideSince(door, person);
  return inside ? { why: "already", shown, person, at: inside } : { yes: true, shown, person };
}

// By the list, and by what this device did and has not told yet.
export function insideSince(door, person) {
  let inside = person.in;
  for (const scan of door.waiting) {
    if (scan.person === person.id) inside = scan.kind === "undo" ? null : scan.at;
  }
  return inside;
}

export function search(door, words) {
  const asked = fold(words);
  if (!asked) return [];
  return [...door.people.values()].filter((person) => person.name && fold(person.name).includes(asked)).slice(0, 10);
}

// What the server answered, as a verdict.
export function said(result, verdict) {
  const person = { ...verdict.person, name: result.name || (verdict.person && verdict.person.name) };
  const first = result.first || {};
  if (result.outcome === "admitted" || result.outcome === "overbooked") return { yes: true, person, unchecked: false };
  if (result.outcome === "already" || result.outcome === "conflict") return { why: "already", person, at: first.at, gate: first.gate };
  return { why: result.why, explained: result.explained, person };
}

// As the server folds names: without marks, đ a letter of its own.
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").replaceAll("Đ", "d").toLowerCase().split(/\s+/).filter(Boolean).join(" ");
}
