// One request with patience of its own: checking a draft tries every service in a process of its own.

import { HttpError, newKey } from "./http";

const SHORT_MS = 15_000;
export const LONG_MS = 150_000;

/** Files go as they are, all else as JSON. Refusals come as codes that the texts put into words. */
export async function ask<T>(method: string, path: string, body?: unknown, patience = SHORT_MS): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience);
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") headers["Idempotency-Key"] = newKey();
  const init: RequestInit = { method, headers, credentials: "same-origin", signal: abort.signal };
  if (body instanceof Blob) init.body = body;
  else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(path, init);
    const text = await answer.text();
    const data = (text && answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null) as { error?: { code: string; message: { en: string } } } | null;
    if (!answer.ok) throw new HttpError(answer.status, data?.error?.code ?? "failed", data?.error?.message.en ?? "");
    return data as T;
  } finally {
    clearTimeout(timer);
  }
}
