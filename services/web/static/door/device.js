// One door on this device: it notes what it did, and tells it when there is network.
import { said } from "./judging.js";
import * as store from "./store.js";
import { readList } from "./tickets.js";

const BATCH = 200;
const ANSWER = 2500; // whoever stands at the door does not wait longer than that for the network
const KEPT_DONE = 20;
const TROUBLES = { "signed-out": "sign_in", "door-closed": "over", "event-cancelled": "called_off", "not-found": "denied", forbidden: "denied" };
const ENDED = ["door-closed", "not-found", "forbidden"];

export class Door extends EventTarget {
  constructor(event) {
    super();
    this.event = event;
    this.address = `/cua/${event}`;
    this.list = null;
    this.people = new Map();
    this.waiting = [];
    this.done = [];
    this.notices = [];
    this.online = navigator.onLine;
    this.trouble = "";
    this.csrf = "";
  }

  static async open(event) {
    const door = new Door(event);
    for (const list of await store.lists()) {
      if (list.exp * 1000 <= Date.now() + (list.offset || 0)) await store.forget(list.event, { scans: false });
    }
    door.list = (await store.get("lists", event)) || null;
    for (const person of await store.all("people", event)) door.people.set(person.id, person);
    // What was asked when this page ended has no answer any more: somebody was let in.
    door.waiting = (await store.all("scans", event)).sort((a, b) => a.order - b.order).map((scan) => ({ ...scan, asking: false }));
    door.done = (await store.all("done", event)).sort((a, b) => a.order - b.order);
    door.notices = await store.all("notices", event);
    return door;
  }

  get gate() {
    return localStorage.getItem("door gate") || null;
  }

  set gate(name) {
    localStorage.setItem("door gate", name.trim().slice(0, 60));
  }

  get device() {
    const known = localStorage.getItem("door device") || crypto.randomUUID();
    localStorage.setItem("door device", known);
    return known;
  }

  // The server's clock as far as it is known.
  now() {
    return Date.now() + ((this.list && this.list.offset) || 0);
  }

  get over() {
    return this.list !== null && this.list.exp * 1000 <= this.now();
  }

  counts() {
    const pending = this.waiting.filter((scan) => scan.kind !== "undo").length - this.waiting.filter((scan) => scan.kind === "undo").length;
    const known = (this.list && this.list.door) || { admitted: 0, expected: 0 };
    return { admitted: Math.max(known.admitted + pending, 0), expected: known.expected };
  }

  // Note what is done before anything else; then ask, and decide alone when no answer comes.
  async admit(verdict) {
    if (!verdict.yes) return this.askAboutRefused(verdict);
    const { person } = verdict;
    const scan = await this.note("admit", { ...verdict.shown }, { person: person && person.id, name: person && person.name });
    return this.answerOr(scan, verdict);
  }

  async walkIn(name) {
    const scan = await this.note("walk-in", { name }, { name });
    return this.answerOr(scan, { yes: true, person: { name } });
  }

  async undo({ nonce, person, name }, reason) {
    const shown = nonce ? { undoes: nonce, reason } : { registration_id: person, reason };
    const scan = await this.note("undo", shown, { person, name }, true);
    this.done = this.done.filter((one) => one.nonce !== nonce);
    if (nonce) await store.remove("done", nonce);
    this.changed();
    await this.flush().catch(() => {});
  }

  async note(kind, shown, about, letIn = false) {
    const scan = {
      nonce: crypto.randomUUID(),
      event: this.event,
      order: Date.now() + this.waiting.length / 1000,
      kind,
      at: new Date().toISOString(),
      gate: this.gate,
      shown,
      // Until the answer is there nobody is inside.
      asking: !letIn,
      ...about,
    };
    await store.put("scans", scan);
    this.waiting.push(scan);
    this.changed();
    return scan;
  }

  async answerOr(scan, verdict) {
    if (!this.online) return this.alone(scan, verdict);
    try {
      // What was done about the same person before has to be known first.
      const before = this.waiting.filter((one) => one !== scan && !one.asking && scan.person && one.person === scan.person);
      const results = await this.send([...before, scan], ANSWER);
      const result = results.get(scan.nonce);
      return result ? said(result, verdict) : this.alone(scan, verdict);
    } catch {
      return this.alone(scan, verdict);
    }
  }

  alone(scan, verdict) {
    scan.asking = false;
    this.changed();
    return { ...verdict, alone: true };
  }

  // The list may be old: where there is network, the server knows better.
  async askAboutRefused(verdict) {
    if (verdict.final || !this.online) return verdict;
    const scan = { nonce: crypto.randomUUID(), event: this.event, kind: "admit", at: new Date().toISOString(), gate: this.gate, asking: true, shown: verdict.shown };
    try {
      const answer = await this.post([scan], ANSWER);
      const [result] = answer.results;
      if (result.outcome === "admitted") await this.took(scan, result);
      return said(result, verdict);
    } catch {
      return verdict;
    }
  }

  // Send some scans and take in what became of them: by nonce.
  async send(scans, patience) {
    const answer = await this.post(scans, patience);
    const results = new Map();
    for (const result of answer.results) {
      const scan = scans.find((one) => one.nonce === result.nonce);
      results.set(result.nonce, result);
      if (scan) await this.took(scan, result);
    }
    return results;
  }

  async took(scan, result) {
    if (scan.order && !this.waiting.includes(scan)) return; // told twice at the same moment
    const wasAsking = scan.asking;
    const admitted = result.outcome === "admitted" || result.outcome === "overbooked";
    const done = admitted && scan.kind !== "undo" ? { nonce: scan.nonce, event: this.event, order: scan.order || Date.now(), name: result.name, person: result.registration_id } : null;
    const troubled = !wasAsking && ["conflict", "overbooked", "refused"].includes(result.outcome);
    const notice = troubled ? { nonce: scan.nonce, event: this.event, name: result.name || scan.name || "", outcome: result.outcome, why: result.explained, first: result.first } : null;
    await store.settle(scan, { done, notice });
    this.waiting = this.waiting.filter((one) => one.nonce !== scan.nonce);
    if (done) this.done.push(done);
    while (this.done.length > KEPT_DONE) await store.remove("done", this.done.shift().nonce);
    if (notice) this.notices.push(notice);
    const person = this.people.get(result.registration_id);
    if (person && !person.status) {
      if (admitted) person.in = result.at;
      else if (result.first) person.in = result.first.at;
      else if (result.outcome === "undone") person.in = null;
      await store.put("people", person);
    }
    this.changed();
  }

  async post(scans, patience) {
    const body = {
      device_id: this.device,
      sent_at: new Date().toISOString(),
      scans: scans.map((scan) => ({ nonce: scan.nonce, kind: scan.kind, at: scan.at, gate: scan.gate, let_in: !scan.asking, ...scan.shown })),
    };
    const answer = await this.ask(`${this.address}/luot`, patience, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify(body),
    });
    if (this.list) {
      this.list.door = { ...this.list.door, admitted: answer.admitted, expected: answer.expected };
      this.list.offset = -answer.clock_ahead * 1000;
      await store.put("lists", this.list);
    }
    return answer;
  }

  async ask(address, patience, options = {}) {
    let answer;
    let body;
    try {
      answer = await fetch(address, { ...options, credentials: "same-origin", redirect: "error", signal: AbortSignal.timeout(patience) });
      body = await answer.json();
    } catch (error) {
      // What is no JSON does not come from the portal: a network that wants a password first, say.
      this.tell({ online: false });
      throw error;
    }
    if (!answer.ok) {
      this.tell({ online: answer.status < 500, trouble: TROUBLES[body.type] || "" });
      throw Object.assign(new Error("refused"), { status: answer.status, type: body.type });
    }
    this.tell({ online: true, trouble: "" });
    return body;
  }

  // Take what is new, tell what waits. Whoever asks while it runs gets the same.
  sync() {
    this.running = this.running || this.syncOnce().finally(() => (this.running = null));
    return this.running;
  }

  async syncOnce() {
    try {
      await this.takeList();
      await this.flush();
    } catch (error) {
      if (error.message === "bad list") this.tell({ trouble: "bad_list" });
      // The names are not for this person any more, or for nobody; what was not sent yet stays.
      if (ENDED.includes(error.type)) await this.end(TROUBLES[error.type]);
    }
    if (this.over && !this.waiting.length) await this.end("over");
    this.changed();
  }

  async takeList() {
    const since = this.list ? `since=${this.list.version}` : "";
    let page = await this.ask(`${this.address}/danh-sach.json?${since}`, 10000);
    const { keys, csrf, door, version, server_time: time } = page;
    this.csrf = csrf;
    const read = [await readList(page.list, keys)];
    while (page.next) {
      page = await this.ask(`${this.address}/danh-sach.json?${since}&cursor=${encodeURIComponent(page.next)}`, 10000);
      read.push(await readList(page.list, keys));
    }
    const offset = Date.parse(time) - Date.now();
    for (const claims of read) {
      if (claims.event_id !== this.event || claims.exp * 1000 <= Date.now() + offset) throw new Error("bad list");
    }
    const whole = read[0].since === null;
    const people = read.flatMap((claims) => claims.items.map((item) => ({ ...item, event: this.event })));
    this.list = { event: this.event, version, exp: read[0].exp, keys, offset, door: door || (this.list && this.list.door) || null, synced: Date.now() };
    await store.takeIn(this.list, people, { whole });
    if (whole) this.people.clear();
    people.forEach((person) => this.people.set(person.id, person));
  }

  async flush() {
    let waiting = this.waiting.filter((scan) => !scan.asking);
    while (waiting.length) {
      const batch = waiting.slice(0, BATCH);
      try {
        await this.send(batch, 15000);
      } catch (error) {
        if (error.status !== 422) throw error;
        await this.sendSingly(batch);
      }
      waiting = waiting.slice(BATCH);
    }
  }

  // One scan that the server does not read must not keep the others waiting.
  async sendSingly(scans) {
    for (const scan of scans) {
      try {
        await this.send([scan], 15000);
      } catch (error) {
        if (error.status !== 422) throw error;
        const notice = { nonce: scan.nonce, event: this.event, name: scan.name || "", outcome: "stuck", scan };
        await store.settle(scan, { notice });
        this.waiting = this.waiting.filter((one) => one.nonce !== scan.nonce);
        this.notices.push(notice);
      }
    }
  }

  async dismiss(nonce) {
    await store.remove("notices", nonce);
    this.notices = this.notices.filter((one) => one.nonce !== nonce);
    this.changed();
  }

  async end(trouble) {
    await store.forget(this.event, { scans: false });
    this.list = null;
    this.people.clear();
    this.done = [];
    this.tell({ trouble });
  }

  async clear() {
    await store.forget(this.event, { scans: true });
    Object.assign(this, { list: null, waiting: [], done: [], notices: [] });
    this.people.clear();
    this.changed();
  }

  tell(state) {
    Object.assign(this, state);
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}
