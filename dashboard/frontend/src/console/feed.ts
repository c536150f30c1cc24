// From the socket into the state. Views carry versions: whatever is older than what we have is skipped.

import { batch, computed, signal, type Signal } from "@preact/signals";
import { heardServerTime, serverNow, setPast } from "../shared/clock";
import { get, markPast } from "../shared/http";
import { me } from "../shared/login";
import type {
  AlarmBoard,
  CallChanged,
  ClosuresChanged,
  CoverageChanged,
  FeedbackChanged,
  IngestCounted,
  LogbookChanged,
  RebalanceChanged,
  ServiceHealth,
  StockChanged,
  UnitChanged,
} from "../shared/protocol";
import type { GatewayRow } from "../shared/rows";
import type { RouteJson, SiteJson } from "../shared/site";
import { Stream, type TextMessage } from "../shared/stream";
import { heardCoverage } from "./cover";
import { dots } from "./dots";
import { routes } from "./map/layers";
import * as state from "./state";
import { heardBook, logbooks } from "./talk";

const OPERATOR_TOPICS = ["calls", "units", "logbooks", "stock", "where", "gw", "health", "site", "devices", "alarms", "moves", "coverage", "feedback"];
const TECHNICIAN_TOPICS = ["stock", "gw", "health", "site", "devices"];

/** Calls that came in live while the page shows the past. */
export const liveNew = signal(0);
const liveKnown = new Set<string>();

export const stream = new Stream("/ws", {
  text: (message) => (state.past.peek() ? hearBeside(message) : batch(() => hear(message))),
  frame: (frame) => {
    if (!state.past.peek()) dots.apply(frame);
  },
  told: (ms) => {
    if (!state.past.peek()) heardServerTime(ms);
  },
  loggedOut: () => {
    me.value = false;
  },
  failed: () => void fetch("/api/me").then((answer) => {
    if (answer.status === 401) me.value = false;
  }, () => undefined),
});

/** The stream of a replay, while there is one. */
const pastStream = signal<Stream | null>(null);
export const link = computed(() => (pastStream.value ?? stream).link.value);
export const lastHeard = computed(() => (pastStream.value ?? stream).lastHeard.value);

/** Follows the common topics and the positions of one floor. */
export function follow(floor: string): void {
  const own = me.value && me.value.role === "technician" ? TECHNICIAN_TOPICS : OPERATOR_TOPICS;
  (pastStream.peek() ?? stream).subscribe([...own, `pos:${floor}`]);
}

/** Shows the past instead of now; of what is live only the calls are still followed, to be counted. */
export function openPast(at: number, speed: number, floor: string): void {
  if (pastStream.peek()) return sayPast({ at, speed });
  forget();
  liveNew.value = 0;
  liveKnown.clear();
  state.past.value = { speed };
  markPast(true);
  setPast({ ms: at / 1e3, rate: 0 });
  stream.subscribe([]);
  stream.subscribe(["calls"]);
  const path = (): string => `/replay?at=${Math.round(serverNow() * 1e3)}&speed=${state.past.peek()?.speed ?? 0}`;
  pastStream.value = new Stream(path, {
    text: (message) => {
      if (message.t === "welcome" && unsaid) sayPast(unsaid);
      batch(() => hear(message));
    },
    frame: (frame) => dots.apply(frame),
    told: (ms) => setPast({ ms, rate: state.past.peek()?.speed ?? 0 }),
    loggedOut: () => {
      me.value = false;
    },
    failed: () => undefined,
  });
  follow(floor);
  pastStream.value.open();
}

export function sayPast(wish: { at?: number; speed?: number }): void {
  if (wish.speed !== undefined) state.past.value = { speed: wish.speed };
  if (wish.at !== undefined) setPast({ ms: wish.at / 1e3, rate: 0 });
  const said = pastStream.peek()?.say({ t: "at", ...wish });
  unsaid = said ? null : { ...unsaid, ...wish };
}

export const askPastRoutes = (units: string[]): void => void pastStream.peek()?.say({ t: "routes", units });

export function showRoutes(found: (RouteJson | null)[]): void {
  routes.value = new Map(found.flatMap((route) => (route?.legs.length ? [[route.unit_id, route] as const] : [])));
}

/** What was wished before there was a connection. */
let unsaid: { at?: number; speed?: number } | null = null;

/** Back to now: everything comes whole and anew. */
export function closePast(floor: string): void {
  pastStream.peek()?.close();
  pastStream.value = null;
  forget();
  state.past.value = null;
  markPast(false);
  setPast(null);
  stream.subscribe([]);
  follow(floor);
}

/** What was shown belongs to another time. */
function forget(): void {
  state.loaded.value = state.boardLoaded.value = false;
  state.board.value = state.NO_ALARMS;
  for (const table of [state.calls, state.units, state.stock, state.places, state.gateways, state.devices, state.services, state.feedback]) {
    (table as Signal<ReadonlyMap<string, unknown>>).value = new Map();
  }
  dots.forget();
}

/** Live news while the past is shown: counted, and an emergency is said aloud. */
function hearBeside(message: TextMessage): void {
  if (message.t === "snap" && message.topic === "calls") for (const call of message.data as CallChanged[]) liveKnown.add(call.call_id);
  if (message.t !== "ev" || message.kind !== "CallChanged") return;
  const call = message.data as CallChanged;
  if (liveKnown.has(call.call_id)) return;
  liveKnown.add(call.call_id);
  liveNew.value += 1;
  heardBeside.value = call;
}

/** The newest live call that came in while the past is shown. */
export const heardBeside = signal<CallChanged | null>(null);

function hear(message: TextMessage): void {
  switch (message.t) {
    case "welcome":
      // A replay of a simulated mall stays one.
      if (message["replay"] !== true) state.simulated.value = message["simulated"] === true;
      dots.floors(message["floors"] as Parameters<typeof dots.floors>[0]);
      void newSite(message["rev"]);
      break;
    case "dict":
      dots.name(message["slots"] as Parameters<typeof dots.name>[0], message["gone"] as number[], message["whole"] === true);
      break;
    case "routes":
      showRoutes(message["routes"] as RouteJson[]);
      break;
    case "tick":
      state.tick.value = message as unknown as state.Tick;
      break;
    case "snap":
      whole(message.topic ?? "", message.data);
      break;
    case "ev":
      changed(message.kind ?? "", message.data);
      break;
  }
}

/** A technician has published: the plan is drawn anew, whatever is being done goes on. */
async function newSite(revision: unknown): Promise<void> {
  if (!state.site.peek() || state.site.peek()?.rev === revision) return;
  state.site.value = await get<SiteJson>("/api/site");
}

/** The whole state of a topic: what is not in it is gone. */
function whole(topic: string, data: unknown): void {
  switch (topic) {
    case "calls":
      state.loaded.value = true;
      return fill(state.calls, data as CallChanged[], (row) => row.call_id);
    case "units":
      return fill(state.units, data as UnitChanged[], (row) => row.unit_id);
    case "logbooks":
      return fill(logbooks, data as LogbookChanged[], (row) => row.unit_id);
    case "stock":
      return fill(state.stock, data as StockChanged[], (row) => row.depot);
    case "where":
      return fill(state.places, data as state.Where[], (row) => row.unit_id);
    case "alarms":
      state.board.value = data as AlarmBoard;
      state.boardLoaded.value = true;
      return;
    case "moves":
      state.moves.value = (data as RebalanceChanged).moves;
      return;
    case "coverage":
      return heardCoverage(data as CoverageChanged);
    case "feedback":
      return fill(state.feedback, data as FeedbackChanged[], (row) => row.feedback_id);
    case "gw":
      return fill(state.gateways, data as GatewayRow[], (row) => row.gateway);
    case "devices":
      return fill(state.devices, data as state.DeviceRow[], (row) => row.device_id);
    case "health": {
      const health = data as { services: ServiceHealth[]; ingest: IngestCounted | null };
      fill(state.services, health.services, (row) => row.service);
      state.ingest.value = health.ingest;
      return;
    }
    case "site": {
      const { closures } = data as { closures: ClosuresChanged | null };
      if (closures) state.closures.value = closures;
    }
  }
}

function changed(kind: string, data: unknown): void {
  switch (kind) {
    case "CallChanged":
      return newer(state.calls, (data as CallChanged).call_id, data as CallChanged);
    case "CallForgotten":
      return without(state.calls, (data as { call_id: string }).call_id);
    case "UnitChanged":
      return newer(state.units, (data as UnitChanged).unit_id, data as UnitChanged);
    case "LogbookChanged":
      return heardBook(data as LogbookChanged);
    case "StockChanged":
      return newer(state.stock, (data as StockChanged).depot, data as StockChanged);
    case "Alarms":
      state.board.value = data as AlarmBoard;
      return;
    case "RebalanceChanged":
      state.moves.value = (data as RebalanceChanged).moves;
      return;
    case "CoverageChanged":
      return heardCoverage(data as CoverageChanged);
    case "FeedbackChanged":
      return newer(state.feedback, (data as FeedbackChanged).feedback_id, data as FeedbackChanged);
    case "Where":
      return merge(state.places, data as state.Where[], (row) => row.unit_id);
    case "Gateway":
      return merge(state.gateways, [data as GatewayRow], (row) => row.gateway);
    case "Devices": {
      const { changed, released } = data as { changed: state.DeviceRow[]; released: string[] };
      for (const id of released) without(state.devices, id);
      return merge(state.devices, changed, (row) => row.device_id);
    }
    case "ServiceHealth":
      return merge(state.services, [data as ServiceHealth], (row) => row.service);
    case "IngestCounted":
      state.ingest.value = data as IngestCounted;
      return;
    case "ClosuresChanged":
      state.closures.value = data as ClosuresChanged;
  }
}

type Table<T> = Signal<ReadonlyMap<string, T>>;

function fill<T>(table: Table<T>, rows: T[], key: (row: T) => string): void {
  table.value = new Map(rows.map((row) => [key(row), row]));
}

function merge<T>(table: Table<T>, rows: T[], key: (row: T) => string): void {
  const next = new Map(table.value);
  for (const row of rows) next.set(key(row), row);
  table.value = next;
}

function newer<T extends { version: number }>(table: Table<T>, id: string, row: T): void {
  if ((table.value.get(id)?.version ?? -1) >= row.version) return;
  table.value = new Map(table.value).set(id, row);
}

function without<T>(table: Table<T>, id: string): void {
  const next = new Map(table.value);
  next.delete(id);
  table.value = next;
}
