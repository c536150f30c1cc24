// What the technician's pages know: the draft being drawn, and live what gateways and devices say.

import { computed, effect, signal } from "@preact/signals";
import type { FloorJson, SiteJson } from "../shared/site";
import { Stream, type TextMessage } from "../shared/stream";
import { me } from "../shared/login";
import type { IngestCounted, GatewayHealth } from "../shared/protocol";
import { HttpError } from "../shared/http";
import { ask, type Draft, type Finding, type Shown } from "./api";
import { Steps, type Chosen, type Drawing, type Kind } from "./model";

export type Tab = "map" | "publish" | "walk" | "gateways" | "tags";
export const TABS: readonly Tab[] = ["map", "publish", "walk", "gateways", "tags"];

export const tab = signal<Tab>("map");
export const site = signal<SiteJson | null>(null);
export const floorIndex = signal(0);
export const floor = computed<FloorJson | null>(() => site.value?.floors[floorIndex.value] ?? null);

export const draft = signal<Omit<Draft, "installed" | "backdrops"> | null>(null);
export const drawing = signal<Drawing | null>(null);
export const findings = signal<Finding[]>([]);
export const chosen = signal<Chosen | null>(null);
/** What the map shall bring into view. */
export const wantedView = signal<[number, number] | null>(null);
/** A click on the map makes one of these. */
export const adding = signal<Exclude<Kind, "homes"> | null>(null);
export const saving = signal<"saved" | "waiting" | "failed" | "moved">("saved");
export const steps = signal({ past: 0, future: 0 });
/** What the last wish came to, said in words. */
export const said = signal<{ tone: "good" | "bad"; text: string } | null>(null);
const SAID_MS = 8_000;
effect(() => {
  const now = said.value;
  if (now?.tone === "good") setTimeout(() => said.peek() === now && (said.value = null), SAID_MS);
});

const history = new Steps();
const SAVE_MS = 500;
let timer: ReturnType<typeof setTimeout> | undefined;
let sending = false;

export function goToFloor(name: string): void {
  const index = site.peek()?.floors.findIndex((one) => one.floor === name) ?? -1;
  if (index >= 0) floorIndex.value = index;
}

/** The draft as the server has it, instead of ours. */
export function take(shown: Shown): void {
  const { installed, backdrops, ...about } = shown.draft;
  const name = floor.peek()?.floor;
  site.value = shown.site;
  draft.value = about;
  drawing.value = { installed, backdrops };
  findings.value = shown.findings;
  saving.value = "saved";
  const kept = shown.site.floors.findIndex((one) => one.floor === name);
  floorIndex.value = kept >= 0 ? kept : Math.max(0, shown.site.floors.findIndex((one) => one.ordinal === 0));
}

export async function load(): Promise<void> {
  clearTimeout(timer);
  take(await ask<Shown>("GET", "/api/workshop/draft"));
  history.clear();
  steps.value = history.counts;
}

/** One change of the drawing; kept by the server soon after. */
export function change(next: Drawing, key = ""): void {
  const before = drawing.peek();
  if (!before || next === before) return;
  history.did(before, key);
  show(next);
}

function show(next: Drawing): void {
  drawing.value = next;
  steps.value = history.counts;
  saving.value = "waiting";
  clearTimeout(timer);
  timer = setTimeout(() => void save(), SAVE_MS);
}

export function undo(): void {
  const now = drawing.peek();
  const before = now && history.undo(now);
  if (before) show(before);
}

export function redo(): void {
  const now = drawing.peek();
  const after = now && history.redo(now);
  if (after) show(after);
}

/** Sends the drawing; true once the server has it. */
export async function save(): Promise<boolean> {
  clearTimeout(timer);
  const now = drawing.peek();
  const about = draft.peek();
  if (!now || !about || saving.peek() === "saved") return saving.peek() === "saved";
  if (sending) {
    timer = setTimeout(() => void save(), SAVE_MS);
    return false;
  }
  sending = true;
  try {
    const shown = await ask<Shown>("PUT", "/api/workshop/draft", { version: about.version, ...now });
    const { installed: _i, backdrops: _b, ...kept } = shown.draft;
    draft.value = kept;
    findings.value = shown.findings;
    if (drawing.peek() === now) saving.value = "saved";
  } catch (error) {
    const moved = error instanceof HttpError && error.code === "draft_moved";
    saving.value = moved ? "moved" : "failed";
    if (!moved) timer = setTimeout(() => void save(), 4 * SAVE_MS);
  } finally {
    sending = false;
  }
  if (saving.peek() === "waiting") timer = setTimeout(() => void save(), SAVE_MS);
  return saving.peek() === "saved";
}

/** Everything is with the server, or an error. */
export async function saved(): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if (await save()) return true;
    if (saving.peek() === "moved") return false;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}

// --- live ---------------------------------------------------------------------------------------------------

export interface GatewayRow {
  gateway: string;
  floor: string | null;
  x_m: number | null;
  y_m: number | null;
  guest: boolean;
  health: GatewayHealth | null;
}

export interface DeviceRow {
  device_id: string;
  kind: "staff" | "asset" | "loan" | "app";
  subject: string;
  device_class: string;
  battery_percent: number | null;
}

export const gateways = signal<ReadonlyMap<string, GatewayRow>>(new Map());
export const devices = signal<ReadonlyMap<string, DeviceRow>>(new Map());
export const ingest = signal<IngestCounted | null>(null);
/** Revision of the site that the services run on. */
export const liveRevision = signal(0);

export const stream = new Stream("/ws", {
  text: hear,
  loggedOut: () => (me.value = false),
  failed: () => undefined,
});

export function listen(): void {
  stream.subscribe(["gw", "health", "devices"]);
  stream.open();
}

function hear(message: TextMessage): void {
  if (message.t === "welcome") liveRevision.value = Number(message["rev"]);
  if (message.t === "snap") {
    if (message.topic === "gw") gateways.value = new Map((message.data as GatewayRow[]).map((row) => [row.gateway, row]));
    if (message.topic === "devices") devices.value = new Map((message.data as DeviceRow[]).map((row) => [row.device_id, row]));
    if (message.topic === "health") ingest.value = (message.data as { ingest: IngestCounted | null }).ingest;
  }
  if (message.t !== "ev") return;
  if (message.kind === "Gateway") gateways.value = new Map(gateways.value).set((message.data as GatewayRow).gateway, message.data as GatewayRow);
  if (message.kind === "Devices") {
    const { changed, released } = message.data as { changed: DeviceRow[]; released: string[] };
    const next = new Map(devices.value);
    for (const id of released) next.delete(id);
    for (const row of changed) next.set(row.device_id, row);
    devices.value = next;
  }
  if (message.kind === "IngestCounted") ingest.value = message.data as IngestCounted;
}
