// What the technician's pages ask of the server. Refusals come as codes that the texts put into words.

import { HttpError, newKey } from "../shared/http";
import type { SiteJson } from "../shared/site";
import type { Backdrop, Installed } from "./model";

export interface Finding {
  severity: "error" | "warning";
  file: string;
  feature: string;
  text: string;
}

export interface Draft {
  base: number;
  version: number;
  by: string;
  at: number;
  imported: boolean;
  installed: Installed;
  backdrops: Backdrop[];
}

export interface Shown {
  draft: Draft;
  site: SiteJson;
  findings: Finding[];
}

export interface Change {
  table: string;
  id: string;
  action: "added" | "removed" | "changed";
  fields: { field: string; before: string; after: string }[];
}

export interface Version {
  revision: number;
  at: number;
  by: string;
  note: string;
  changes: number;
  current: boolean;
}

export interface Mark {
  at: number;
  floor: string;
  x_m: number;
  y_m: number;
}

export type Waypoint = Omit<Mark, "at">;

export interface Walk {
  walk_id: string;
  by: string;
  started_at: number;
  stopped_at: number | null;
  device_id: string;
  device_class: string;
  title: string;
  height_m: number;
  route: Waypoint[];
  marks: Mark[];
}

export interface WalkState {
  walk: Walk;
  readings: number;
  gateways: Record<string, number>;
  coverage: { floor: string; x_m: number; y_m: number; gateways: number; best_dbm: number }[];
}

export interface Figures {
  mean_m: number;
  p90_m: number;
  floor_right: number;
}

export interface Assessment {
  state: "none" | "running" | "done" | "failed";
  reason: string;
  floors: { floor: string; spots: number; before: Figures | null; after: Figures | null }[];
  spots: { floor: string; x_m: number; y_m: number; before_m: number | null; after_m: number | null }[];
  gateways: { gateway: string; power_dbm: number; path_loss_exponent: number; misfit_db: number; spots: number; change_db: number | null; moved: boolean }[];
}

export interface InUse {
  revision: number;
  title: string;
  spots: number;
  gateways: number;
  former: boolean;
}

export interface TagLine {
  line: number;
  device_id: string;
  kind: string;
  subject: string;
  device_class: string;
  problem: string;
  other: string;
}

const SHORT_MS = 15_000;
/** Checking tries every service on the draft, in a process of its own. */
export const LONG_MS = 150_000;

/** One request. Files go as they are, all else as JSON. */
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
