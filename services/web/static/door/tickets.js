// Reads tickets and lists on the device, and checks their signatures where the browser can.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$*-./";
const HEAD = 35;

// { registration, event, issue, checked }: checked is true, or null where this browser cannot check; null: no ticket.
export async function readTicket(token, keys) {
  const raw = decode(token);
  if (!raw || raw.length !== HEAD + 64 || raw[0] !== 1) return null;
  const checked = await verify(keys, raw.slice(HEAD), raw.slice(0, HEAD));
  if (checked === false) return null;
  return { issue: raw[1] * 256 + raw[2], registration: uuid(raw.slice(3, 19)), event: uuid(raw.slice(19, 35)), checked };
}

// The claims of a list; throws where its signature is wrong. Unchecked only where the browser cannot.
export async function readList(text, keys) {
  const [head, body, signature] = text.split(".");
  const checked = await verify(keys, fromBase64(signature), new TextEncoder().encode(`${head}.${body}`));
  const { alg, typ } = JSON.parse(new TextDecoder().decode(fromBase64(head)));
  if (checked === false || alg !== "Ed25519" || typ !== "door-list") throw new Error("bad list");
  return JSON.parse(new TextDecoder().decode(fromBase64(body)));
}

// What a list holds in place of an entry code.
export async function digest(event, code) {
  const hashed = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${event}:${code}`));
  return [...new Uint8Array(hashed).slice(0, 4)].map(hex).join("");
}

async function verify(keys, signature, message) {
  let able = false;
  for (const { kty, crv, x } of keys) {
    let key;
    try {
      key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      continue;
    }
    able = true;
    if (await crypto.subtle.verify("Ed25519", key, signature, message)) return true;
  }
  return able ? false : null;
}

function decode(token) {
  try {
    return token.startsWith("DT2.") ? fromLetters(token.slice(4)) : fromBase64(token);
  } catch {
    return null;
  }
}

// Three letters are two bytes, the last two are one.
function fromLetters(text) {
  const raw = [];
  for (let start = 0; start < text.length; start += 3) {
    const part = text.slice(start, start + 3);
    let value = 0;
    for (const letter of [...part].reverse()) {
      if (!LETTERS.includes(letter)) return null;
      value = value * LETTERS.length + LETTERS.indexOf(letter);
    }
    if (part.length === 1 || value >= 256 ** (part.length - 1)) return null;
    if (part.length === 3) raw.push(value >> 8);
    raw.push(value & 255);
  }
  return new Uint8Array(raw);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function uuid(bytes) {
  return [...bytes].map(hex).join("").replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
