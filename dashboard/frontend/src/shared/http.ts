// Plain HTTP: questions by GET, commands by POST with an idempotency key so that a retry does nothing twice.

export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The server's own words, English. */
    readonly detail = "",
  ) {
    super(`${status} ${code}`);
  }
}

const TIMEOUT_MS = 8_000;
/** A photo over a poor connection. */
const FILE_TIMEOUT_MS = 60_000;
/** A command is retried this often when no answer came, always under the same key. */
const COMMAND_TRIES = 3;

/** 128 random bits, also where `crypto.randomUUID` is missing (plain http). */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

let inPast = false;

/** While the page shows the past every request says so, and the server takes no command. */
export function markPast(on: boolean): void {
  inPast = on;
}

async function request<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const abort = new AbortController();
  const file = body instanceof Blob;
  const timer = setTimeout(() => abort.abort(), file ? FILE_TIMEOUT_MS : TIMEOUT_MS);
  try {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = file ? body.type : "application/json";
    if (inPast) headers["Nearhand-Replay"] = "1";
    if (key) headers["Idempotency-Key"] = key;
    const init: RequestInit = { method, headers, credentials: "same-origin", signal: abort.signal };
    if (body !== undefined) init.body = file ? body : JSON.stringify(body);
    const answer = await fetch(path, init);
    const text = await answer.text();
    const data: unknown = text ? parse(text) : null;
    if (!answer.ok) throw new HttpError(answer.status, codeOf(data), wordsOf(data));
    return data as T;
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The code of the one error shape, `{"error": {"code": …}}`. */
function codeOf(data: unknown): string {
  const error = (data as { error?: { code?: unknown } } | null)?.error;
  return typeof error?.code === "string" ? error.code : "failed";
}

function wordsOf(data: unknown): string {
  const words = (data as { error?: { message?: { en?: unknown } } } | null)?.error?.message?.en;
  return typeof words === "string" ? words : "";
}

export const get = <T>(path: string): Promise<T> => request<T>("GET", path);

/** Sends once; used where the caller keeps its own queue. */
export const post = <T>(path: string, body: unknown, key: string): Promise<T> => request<T>("POST", path, body, key);

export const put = <T>(path: string, body: unknown): Promise<T> => request<T>("PUT", path, body);

/** Sends until there is an answer, at most `COMMAND_TRIES` times under one key. */
export async function command<T>(path: string, body: unknown, key = newKey()): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await post<T>(path, body, key);
    } catch (error) {
      const final = error instanceof HttpError && error.status < 500;
      if (final || tried >= COMMAND_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * tried));
    }
  }
}
