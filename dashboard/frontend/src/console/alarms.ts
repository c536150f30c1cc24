// What must not be overlooked: derived from the state, acknowledged per operator.

import { computed, effect, signal } from "@preact/signals";
import { now } from "../shared/clock";
import { named } from "../shared/i18n";
import { isOpen, pressingTask } from "../shared/sla";
import { heardBeside } from "./feed";
import { chime, siren } from "./sound";
import { polite, urgent } from "./said";
import * as state from "./state";
import { coded, t } from "./texts";
import { depotName, placeText, serviceName } from "./words";

export interface Alarm {
  /** The same happening keeps its id, so that an acknowledgement holds. */
  id: string;
  level: 1 | 2 | 3;
  text: string;
  where: string;
  at: number;
  goTo: state.Selection | null;
}

/** Put aside until then (server milliseconds); a thing that ended and comes back is not. */
export const shelved = signal<ReadonlyMap<string, { until: number; reason: string }>>(new Map());
/** Life and limb are never put aside. */
export const mayShelve = (alarm: Alarm): boolean => alarm.level > 1;
export const SHELF_MINUTES = [5, 15, 60] as const;
export const SHELF_REASONS = ["known", "working", "test"] as const;

/** More new alarms than this in ten minutes are shown by cause. */
export const FLOOD = 10;

export const acknowledged = signal<ReadonlySet<string>>(new Set());

function callAlarms(): Alarm[] {
  const found: Alarm[] = [];
  for (const call of state.calls.value.values()) {
    if (!isOpen(call)) continue;
    const goTo: state.Selection = { kind: "call", id: call.call_id };
    const where = placeText(call.place);
    const service = serviceName(call.service);
    if (call.priority === 1 && pressingTask(call)) {
      found.push({ id: `medical ${call.call_id}`, level: 1, text: service, where, at: call.received_at, goTo });
    }
    for (const task of call.tasks) {
      const awaited = task.on_scene_at === null && task.state !== "cancelled" && task.state !== "cleared";
      if (awaited && task.breached_at !== null) {
        found.push({ id: `breach ${task.task_id}`, level: 2, text: t("alarm.breach", { service }), where, at: task.breached_at, goTo });
      }
      if (awaited && task.forecast_at && task.breached_at === null) {
        found.push({ id: `forecast ${task.task_id}`, level: 2, text: t("alarm.forecast", { service }), where, at: task.forecast_at, goTo });
      }
      if (awaited && task.escalated_to) {
        const to = coded("escalated", task.escalated_to);
        found.push({ id: `escalated ${task.task_id} ${task.escalated_to}`, level: 2, text: t("alarm.escalated", { to, service }), where, at: call.received_at, goTo });
      }
      if (awaited && task.state === "pending" && Object.keys(task.waiting_for).length > 0) {
        found.push({ id: `nobody ${task.task_id}`, level: 2, text: t("alarm.nobody", { service }), where, at: call.received_at, goTo });
      }
    }
  }
  return found;
}

function systemAlarms(): Alarm[] {
  const found: Alarm[] = [];
  if (state.closures.value.fire_mode) {
    found.push({ id: "fire", level: 1, text: t("alarm.fire"), where: named(state.site.value?.name), at: 0, goTo: null });
  }
  const down = state.gatewaysDown.value;
  if (down.length) {
    const names = down.map((row) => row.gateway).sort();
    const first = down[0] as state.GatewayRow;
    const where = names.slice(0, 3).join(", ") + (names.length > 3 ? " …" : "");
    const at = Math.max(...down.map((row) => row.health?.last_heard_at ?? 0));
    found.push({ id: `gateways ${names.join()}`, level: 3, text: t("alarm.gateways", { n: names.length }), where, at, goTo: { kind: "gateway", id: first.gateway } });
  }
  for (const row of state.stock.value.values()) {
    const n = Object.values(row.overdue ?? {}).reduce((sum, one) => sum + one, 0);
    if (n) found.push({ id: `overdue ${row.depot} ${n}`, level: 3, text: t("alarm.overdue", { n }), where: depotName(row.depot), at: 0, goTo: null });
  }
  for (const service of state.services.value.values()) {
    if (service.state !== "degraded") continue;
    const text = t("alarm.service", { name: service.service, reason: service.reason.replaceAll("_", " ") });
    found.push({ id: `service ${service.service} ${service.reason}`, level: 2, text, where: "", at: service.at, goTo: null });
  }
  return found;
}

/** Open alarms, the gravest first, then the newest. */
export const alarms = computed<Alarm[]>(() =>
  [...callAlarms(), ...systemAlarms()].sort((a, b) => a.level - b.level || b.at - a.at || (a.id < b.id ? -1 : 1)),
);

export const isShelved = (alarm: Alarm): boolean => (shelved.value.get(alarm.id)?.until ?? 0) > now.value;
export const onShelf = computed(() => alarms.value.filter(isShelved));
export const unacknowledged = computed(() => alarms.value.filter((alarm) => !acknowledged.value.has(alarm.id) && !isShelved(alarm)));

export function shelve(alarm: Alarm, minutes: number, reason: string): void {
  if (mayShelve(alarm)) shelved.value = new Map(shelved.peek()).set(alarm.id, { until: now.peek() + minutes * 60_000, reason });
}

export function unshelve(id: string): void {
  const next = new Map(shelved.peek());
  next.delete(id);
  shelved.value = next;
}

export function acknowledge(ids: string[]): void {
  const known = new Set(alarms.peek().map((alarm) => alarm.id));
  const kept = [...acknowledged.peek(), ...ids].filter((id) => known.has(id));
  acknowledged.value = new Set(kept);
}

/** Sounds and spoken lines for what is new; what was there when the page opened stays quiet. */
export function announce(): void {
  let seenAlarms: Set<string> | null = null;
  let seenCalls: Set<string> | null = null;
  effect(() => {
    // What is over leaves the shelf, so that its return is heard.
    const open = new Set(alarms.value.map((alarm) => alarm.id));
    for (const id of shelved.peek().keys()) if (!open.has(id)) unshelve(id);
  });
  effect(() => {
    const open = unacknowledged.value;
    if (!state.loaded.value || state.past.value) {
      seenAlarms = null;
      return;
    }
    const fresh = open.filter((alarm) => seenAlarms && !seenAlarms.has(alarm.id));
    seenAlarms = new Set(open.map((alarm) => alarm.id));
    const worst = fresh[0];
    if (!worst || worst.level > 2) return;
    urgent.value = `${worst.text} ${worst.where}`;
    if (worst.level === 1) siren();
    else chime("late");
  });
  effect(() => {
    const call = heardBeside.value;
    if (!call) return;
    const text = t("said.newCall", { service: serviceName(call.service), place: placeText(call.place) });
    if (call.priority > 1) polite.value = text;
    else {
      urgent.value = text;
      siren();
    }
  });
  effect(() => {
    const all = state.calls.value;
    if (!state.loaded.value || state.past.value) {
      seenCalls = null;
      return;
    }
    const fresh = [...all.values()].filter((call) => seenCalls && !seenCalls.has(call.call_id) && isOpen(call));
    seenCalls = new Set(all.keys());
    const newest = fresh[0];
    if (!newest) return;
    polite.value = t("said.newCall", { service: serviceName(newest.service), place: placeText(newest.place) });
    if (newest.priority > 1) chime("new");
  });
}
