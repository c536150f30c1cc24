// What the control room knows: signals filled from the socket, and what follows from them.

import { computed, signal } from "@preact/signals";
import { now } from "../shared/clock";
import { isOpen, pressingTask, responseSeconds, slaOf } from "../shared/sla";
import type {
  AlarmBoard,
  CallChanged,
  ClosuresChanged,
  FeedbackChanged,
  IngestCounted,
  ServiceHealth,
  StockChanged,
  StockMove,
  UnitChanged,
} from "../shared/protocol";
import type { GatewayRow } from "../shared/rows";
import type { FloorJson, ServiceJson, SiteJson, StaffJson } from "../shared/site";

export interface Where {
  unit_id: string;
  floor: string;
  floor_i: number;
  x_m: number;
  y_m: number;
  r95_m: number;
  quality: "tentative" | "confirmed" | "coasting" | "lost";
  seen_at: number;
  zone: string | null;
}

export interface DeviceRow {
  device_id: string;
  kind: "staff" | "asset" | "loan" | "app";
  subject: string;
  device_class: string;
  battery_mv: number | null;
  battery_percent: number | null;
  moving: boolean | null;
  told_at: number | null;
}

export interface Tick {
  devices: number;
  lag_ms: number;
  dropped: number;
  waiting: number;
}

export const site = signal<SiteJson | null>(null);
export const calls = signal<ReadonlyMap<string, CallChanged>>(new Map());
export const units = signal<ReadonlyMap<string, UnitChanged>>(new Map());
export const stock = signal<ReadonlyMap<string, StockChanged>>(new Map());
export const places = signal<ReadonlyMap<string, Where>>(new Map());
export const gateways = signal<ReadonlyMap<string, GatewayRow>>(new Map());
export const devices = signal<ReadonlyMap<string, DeviceRow>>(new Map());
export const services = signal<ReadonlyMap<string, ServiceHealth>>(new Map());
export const ingest = signal<IngestCounted | null>(null);
export const NO_ALARMS: AlarmBoard = { alarms: [], flood: false, causes: [], begun_last_hour: 0 };
/** Alarms as the server has them: the same for all operators. */
export const board = signal<AlarmBoard>(NO_ALARMS);
export const boardLoaded = signal(false);
export const feedback = signal<ReadonlyMap<string, FeedbackChanged>>(new Map());
/** What should be carried from depot to depot. */
export const moves = signal<StockMove[]>([]);
export const closures = signal<Pick<ClosuresChanged, "connectors" | "fire_mode">>({ connectors: [], fire_mode: false });
export const tick = signal<Tick | null>(null);
export const simulated = signal(false);

/** The floor that the map shows: index into the site's floors. */
export const floorIndex = signal(0);

export type Selection = { kind: "call" | "unit" | "gateway"; id: string };
export const selection = signal<Selection | null>(null);

/** Commands that an operator of this role may not send are not offered. */
export const mayDispatch = signal(true);
export const mayInstall = signal(false);

/** What is shown is a moment of the past, at this speed; null: it is now. */
export const past = signal<{ speed: number } | null>(null);
/** The whole of the calls has come: what is new from here on is news. */
export const loaded = signal(false);

/** Nobody dispatches in the past. */
export const canDispatch = computed(() => mayDispatch.value && past.value === null);
export const canInstall = computed(() => mayInstall.value && past.value === null);

export const floor = computed<FloorJson | null>(() => site.value?.floors[floorIndex.value] ?? null);
export const selectedCall = computed(() => (selection.value?.kind === "call" ? (calls.value.get(selection.value.id) ?? null) : null));
export const selectedUnit = computed(() => (selection.value?.kind === "unit" ? (units.value.get(selection.value.id) ?? null) : null));

const byId = <T, K extends string>(rows: T[] | undefined, key: (row: T) => K): Map<K, T> =>
  new Map((rows ?? []).map((row) => [key(row), row]));

export const serviceOf = computed(() => byId<ServiceJson, string>(site.value?.services, (row) => row.service));
export const staffOf = computed(() => byId<StaffJson, string>(site.value?.staff, (row) => row.unit_id));
export const itemOf = computed(() => byId(site.value?.items, (row) => row.item));
export const depotOf = computed(() => byId(site.value?.depots, (row) => row.depot));
export const spotOf = computed(() => byId(site.value?.spots, (row) => row.spot));
export const roleOf = computed(() => byId(site.value?.roles, (row) => row.role));
export const floorOf = computed(() => byId(site.value?.floors, (row) => row.floor));
export const roleOrder = computed(() => new Map((site.value?.roles ?? []).map((row, i) => [row.role, i])));

/** Open calls: those where somebody is still awaited by time left, then those in good hands. */
export const openCalls = computed(() => {
  const open = [...calls.value.values()].filter(isOpen);
  const rank = (call: CallChanged): number => pressingTask(call)?.deadline_at ?? Number.MAX_SAFE_INTEGER;
  return open.sort((a, b) => rank(a) - rank(b) || a.received_at - b.received_at || (a.call_id < b.call_id ? -1 : 1));
});

/** Closed within the hour, newest first. */
export const closedCalls = computed(() =>
  [...calls.value.values()].filter((call) => !isOpen(call)).sort((a, b) => b.version - a.version),
);

/** Median seconds from received to on scene of the calls in sight, null without any. */
export const medianResponse = computed<number | null>(() => {
  const times = [...calls.value.values()]
    .map(responseSeconds)
    .filter((seconds): seconds is number => seconds !== null)
    .sort((a, b) => a - b);
  if (times.length === 0) return null;
  const middle = times.length >> 1;
  return times.length % 2 ? (times[middle] as number) : ((times[middle - 1] as number) + (times[middle] as number)) / 2;
});

export interface RoleCount {
  role: string;
  free: number;
  onDuty: number;
}

/** By each person's first role, so that nobody is counted twice. */
export const roleCounts = computed<RoleCount[]>(() => {
  const counts = new Map<string, RoleCount>((site.value?.roles ?? []).map(({ role }) => [role, { role, free: 0, onDuty: 0 }]));
  for (const unit of units.value.values()) {
    const count = counts.get(unit.roles[0] ?? "");
    if (!count || unit.status === "off_duty") continue;
    count.onDuty += 1;
    if (unit.status === "available") count.free += 1;
  }
  return [...counts.values()];
});

export interface FloorState {
  open: number;
  worst: CallChanged | null;
  free: number;
}

/** Per floor: open calls, the most pressing one, free people. */
export const floorStates = computed<FloorState[]>(() => {
  const states: FloorState[] = (site.value?.floors ?? []).map(() => ({ open: 0, worst: null, free: 0 }));
  for (const call of openCalls.value) {
    const state = states[floorOf.value.get(call.place.floor)?.i ?? -1];
    if (!state) continue;
    state.open += 1;
    state.worst ??= call;
  }
  for (const unit of units.value.values()) {
    const state = states[places.value.get(unit.unit_id)?.floor_i ?? -1];
    if (state && unit.status === "available") state.free += 1;
  }
  return states;
});

export const gatewaysDown = computed(() => [...gateways.value.values()].filter((row) => row.health && row.health.state !== "ok"));

/** Seconds since the last call came in, null without one. */
export const quietSeconds = computed<number | null>(() => {
  let newest = 0;
  for (const call of calls.value.values()) newest = Math.max(newest, call.received_at);
  return newest ? now.value / 1e3 - newest / 1e6 : null;
});

export const slaNow = (call: CallChanged) => slaOf(call, now.value);
