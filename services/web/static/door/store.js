// What the device keeps of a door: the list, the scans that wait to be sent, and what came of those that were.

const STORES = { lists: "event", people: ["event", "id"], scans: "nonce", done: "nonce", notices: "nonce" };

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("door", 1);
  request.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(STORES)) {
      request.result.createObjectStore(name, { keyPath }).createIndex("event", "event");
    }
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// `act` makes its requests at once; the promise ends when they are on the disk.
async function within(names, mode, act) {
  const database = await opened;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, mode);
    const request = act(transaction);
    transaction.oncomplete = () => resolve(request && request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export const all = (name, event) => within([name], "readonly", (t) => t.objectStore(name).index("event").getAll(event));
export const get = (name, key) => within([name], "readonly", (t) => t.objectStore(name).get(key));
export const lists = () => within(["lists"], "readonly", (t) => t.objectStore("lists").getAll());

export function put(name, ...values) {
  return within([name], "readwrite", (t) => void values.forEach((value) => t.objectStore(name).put(value)));
}

export function remove(name, ...keys) {
  return within([name], "readwrite", (t) => void keys.forEach((key) => t.objectStore(name).delete(key)));
}

// A page of the list in one step with where it ends, so that a half-written one is never taken for whole.
export function takeIn(list, people, { whole }) {
  return within(["lists", "people"], "readwrite", (t) => {
    const store = t.objectStore("people");
    if (whole) store.delete(IDBKeyRange.bound([list.event], [list.event, []]));
    people.forEach((person) => store.put(person));
    t.objectStore("lists").put(list);
  });
}

// A scan goes from those that wait to what came of it.
export function settle(scan, { done, notice }) {
  return within(["scans", "done", "notices"], "readwrite", (t) => {
    t.objectStore("scans").delete(scan.nonce);
    if (done) t.objectStore("done").put(done);
    if (notice) t.objectStore("notices").put(notice);
  });
}

// `scans`: also those that were not sent.
export async function forget(event, { scans }) {
  const names = Object.keys(STORES).filter((name) => scans || name !== "scans");
  for (const name of names.filter((one) => one !== "lists" && one !== "people")) {
    const rows = await all(name, event);
    await remove(name, ...rows.map((row) => row.nonce));
  }
  await within(["lists", "people"], "readwrite", (t) => {
    t.objectStore("people").delete(IDBKeyRange.bound([event], [event, []]));
    t.objectStore("lists").delete(event);
  });
}
