// What was pressed and is not confirmed yet: kept in the browser, sent in order, each under one key with the
// time it was pressed, so that the server does it exactly once however often it is sent.

import { batch, signal } from "@preact/signals";
import { serverNow } from "../shared/clock";
import { HttpError, newKey, post } from "../shared/http";

export type Wish = { type: string; [field: string]: unknown };

export interface Waiting {
  key: string;
  /** Microseconds. */
  at: number;
  /** Version of my state when it was pressed. */
  version: number;
  wish: Wish;
  /** A photo or spoken note that goes with it. */
  file?: Blob;
}

interface Answer {
  accepted: boolean;
  reason: string;
}

const DATABASE = "nearhand";
const STORE = "outbox";
const FLUSH_EVERY_MS = 2_000;
/** More than this cannot pile up: the oldest receipt goes first, a real action never. */
const LIMIT = 200;
const SETTLE_MS = 3_000;
/** What the page says by itself: nobody waits for it, and a refusal is nobody's business. */
const QUIET: readonly string[] = ["ReportReceipt", "ReportTextsSeen"];
/** Ends the note of a call for help of which nothing may be seen or heard on the phone. */
export const SILENT = "silent";
export const isQuiet = ({ type, note }: Wish): boolean => QUIET.includes(type) || (type === "PlaceCall" && String(note).endsWith(SILENT));

export const waiting = signal<Waiting[]>([]);
/** Accepted by the server, whose new word about me has not come yet: kept so that the screen does not fall back. */
export const settling = signal<Waiting[]>([]);
/** Why the last action was not carried out, to be shown once. */
export const refused = signal("");

let database: IDBDatabase | null = null;
let sending = false;

function open(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    if (typeof indexedDB === "undefined") return resolve(null);
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(STORE, { keyPath: "key" });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
    asked.onblocked = () => resolve(null);
  });
}

function within<T>(store: string, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  return new Promise((resolve) => {
    if (!database) return resolve(null);
    const request = act(database.transaction(store, mode).objectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

/** Reads what was left from the last visit, and begins to send. */
export async function start(): Promise<void> {
  database = await open();
  const left = (await within<Waiting[]>(STORE, "readonly", (store) => store.getAll() as IDBRequest<Waiting[]>)) ?? [];
  waiting.value = [...left.sort((a, b) => a.at - b.at), ...waiting.value];
  addEventListener("online", () => void flush());
  setInterval(() => void flush(), FLUSH_EVERY_MS);
  void flush();
}

/** Keeps the last known state for a page that is opened without a connection. */
export const keep = (name: string, value: unknown): Promise<unknown> => within("kept", "readwrite", (store) => store.put(value, name));
export const kept = <T>(name: string): Promise<T | null> => within<T>("kept", "readonly", (store) => store.get(name) as IDBRequest<T>);

/** Another person has logged in: nothing of the last one stays. */
export async function forget(): Promise<void> {
  waiting.value = [];
  await within(STORE, "readwrite", (store) => store.clear());
  await within("kept", "readwrite", (store) => store.clear());
}

let version = 0;

/** The server has said how things are with me now. */
export function heardVersion(now: number): void {
  version = now;
  settling.value = settling.value.filter((one) => one.version >= now);
}

/** Queues a wish and sends it as soon as there is a connection. */
export function wish(wanted: Wish, file?: Blob): void {
  const one: Waiting = { key: newKey(), at: Math.round(serverNow() * 1e3), version, wish: wanted, ...(file && { file }) };
  let queue = [...waiting.value, one];
  if (queue.length > LIMIT) {
    const receipt = queue.findIndex((old) => QUIET.includes(old.wish.type));
    if (receipt >= 0) queue = queue.filter((_, i) => i !== receipt);
  }
  waiting.value = queue;
  void within(STORE, "readwrite", (store) => store.put(one));
  void flush();
}

export async function flush(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let next = waiting.value[0]; next; next = waiting.value[0]) {
      const one = next;
      const accepted = await sendOne(one);
      const { key } = one;
      await within(STORE, "readwrite", (store) => store.delete(key));
      batch(() => {
        if (accepted) settle(one);
        waiting.value = waiting.value.filter((other) => other.key !== key);
      });
    }
  } catch {
    // No connection, or a server that cannot answer now: the same again later.
  } finally {
    sending = false;
  }
}

/** When the server was last heard, by this page's own clock in milliseconds. */
let heardAt = 0;

export function heardServer(): void {
  heardAt = performance.now();
}

/**
 * Until my state is newer than when the answer came (what was newer than the press may have been a receipt), or the
 * server was heard for a while since: in a dead spot its word about me cannot come. Files are only counted.
 */
function settle(pressed: Waiting): void {
  if (pressed.file) return;
  const since = performance.now();
  const one = { ...pressed, version };
  settling.value = [...settling.value, one];
  const timer = setInterval(() => {
    if (heardAt - since < SETTLE_MS) return;
    clearInterval(timer);
    settling.value = settling.value.filter((other) => other !== one);
  }, SETTLE_MS);
}

/** Was it accepted? Throws when there is no final answer and it has to be tried again. */
async function sendOne({ key, at, wish: wanted, file }: Waiting): Promise<boolean> {
  const { type, ...rest } = wanted;
  try {
    const answer = file
      ? await post<Answer>(`/api/attachments?app=staff&call=${rest["call_id"] as string}&at=${at}`, file, key)
      : await post<Answer>("/api/commands?app=staff", { type, at, ...rest }, key);
    if (!answer.accepted && !isQuiet(wanted)) refused.value = answer.reason;
    return answer.accepted;
  } catch (error) {
    const final = error instanceof HttpError && error.status < 500 && error.status !== 401 && error.status !== 429;
    if (!final) throw error;
    if (!isQuiet(wanted)) refused.value = error.code;
    return false;
  }
}
