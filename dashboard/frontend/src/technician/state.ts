// What the technician's pages know: the draft being drawn, and live what gateways and devices say.

import { computed, effect, signal } from "@preact/signals";
import type { FloorJson, SiteJson } from "../shared/site";
import { Stream, type TextMessage } from "../shared/stream";
import { me } from "../shared/login";
import type { IngestCounted } from "../shared/protocol";
import type { GatewayRow } from "../shared/rows";
import { Drafting } from "../shared/draft/drafting";
import { Publisher } from "../shared/draft/publish";
import type { Shown } from "./api";
import type { Chosen, Drawing, Kind } from "./model";

export type Tab = "map" | "publish" | "walk" | "gateways" | "tags";
export const TABS: readonly Tab[] = ["map", "publish", "walk", "gateways", "tags"];

export const tab = signal<Tab>("map");
export const site = signal<SiteJson | null>(null);
export const floorIndex = signal(0);
export const floor = computed<FloorJson | null>(() => site.value?.floors[floorIndex.value] ?? null);

export const chosen = signal<Chosen | null>(null);
/** What the map shall bring into view. */
export const wantedView = signal<[number, number] | null>(null);
/** A click on the map makes one of these. */
export const adding = signal<Exclude<Kind, "homes"> | null>(null);
/** What the last wish came to, said in words. */
export const said = signal<{ tone: "good" | "bad"; text: string } | null>(null);
const SAID_MS = 8_000;
effect(() => {
  const now = said.value;
  if (now?.tone === "good") setTimeout(() => said.peek() === now && (said.value = null), SAID_MS);
});

export function goToFloor(name: string): void {
  const index = site.peek()?.floors.findIndex((one) => one.floor === name) ?? -1;
  if (index >= 0) floorIndex.value = index;
}

/** The draft as the server has it: its map, on the floor shown before. */
function took(shown: Shown): void {
  const name = floor.peek()?.floor;
  site.value = shown.site;
  const kept = shown.site.floors.findIndex((one) => one.floor === name);
  floorIndex.value = kept >= 0 ? kept : Math.max(0, shown.site.floors.findIndex((one) => one.ordinal === 0));
}

export const draft = new Drafting<Drawing, Shown>(
  "/api/workshop",
  ({ draft: { installed, backdrops } }) => ({ installed, backdrops }),
  (drawing) => drawing,
  took,
);

// --- live ---------------------------------------------------------------------------------------------------

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

export const publisher = new Publisher(
  draft,
  liveRevision,
  () => draft.load(),
  (tone, text) => (said.value = { tone, text }),
);

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
