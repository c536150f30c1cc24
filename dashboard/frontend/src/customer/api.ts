// What the page asks of the server (docs/screens-api.md, Customers).

import type { Name } from "./i18n";

export interface Spot {
  spot: string;
  floor: string;
  name: Name;
}

export interface Service {
  service: string;
  name: Name;
  icon: string;
  priority: number;
  target_s: number;
}

export interface Start {
  site: Name;
  spot: Spot | null;
  floors: { floor: string; name: Name; rev: number }[];
  spots: Spot[];
  services: Service[];
  /** Somebody is on duty. */
  open: boolean;
  desk_phone: string;
}

export interface Status {
  version: number;
  service: string;
  name: Name;
  icon: string;
  priority: number;
  state: "received" | "pending" | "offered" | "assigned" | "en_route" | "on_scene" | "cleared" | "cancelled" | "abandoned" | "merged";
  minutes_left: number | null;
  late: boolean;
  waiting: boolean;
  waited_min: number;
  helpers: { role: Name; name: Name; state: string; minutes_left: number | null }[];
  helper_place: { floor: string; x_m: number; y_m: number } | null;
  place: { floor: string; x_m: number; y_m: number };
  spot: Name | null;
  item: Name | null;
  can_cancel: boolean;
  can_move: boolean;
  can_rate: boolean;
  stars: number | null;
  loan: { item: Name; item_number: string; due_at: number; timezone: string; overdue: boolean; can_collect: boolean; returns: { floor: string; name: Name }[] } | null;
}

/** Refused by the server: its status, 0 when it could not be reached. */
export class Refused extends Error {
  constructor(readonly status: number) {
    super(String(status));
  }
}

const TRIES = 3;
const TIMEOUT_MS = 9_000;
const HELD_MS = 30_000;

async function ask<T>(path: string, init: RequestInit, timeoutMs: number): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", signal: abort.signal, ...init });
  } catch {
    throw new Refused(0);
  } finally {
    clearTimeout(timer);
  }
  if (!answer.ok) throw new Refused(answer.status);
  return (await answer.json()) as T;
}

export const get = <T>(path: string): Promise<T> => ask<T>(path, {}, HELD_MS);

/** A key that is the same at each repetition, so that a call is placed once. */
function key(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key() };
  for (let tried = 1; ; tried++) {
    try {
      return await ask<T>(path, { method: "POST", headers, body: JSON.stringify(body) }, TIMEOUT_MS);
    } catch (error) {
      const { status } = error as Refused;
      if ((status > 0 && status < 500) || tried >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 800 * tried));
    }
  }
}
