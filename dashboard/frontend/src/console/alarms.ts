// What must not be overlooked. The server derives and keeps it; here it gets words and places.

import { computed } from "@preact/signals";
import { named } from "../shared/i18n";
import { newKey, post } from "../shared/http";
import { reasonText } from "../shared/reasons";
import type { Alarm } from "../shared/protocol";
import { findingText } from "./causes";
import { spokenLine } from "./said";
import * as state from "./state";
import { coded, t } from "./texts";
import { ta } from "./alarmtexts";
import { depotName, itemName, placeText, serviceName, unitName } from "./words";

/** Life and limb are never put aside. */
export const mayShelve = (alarm: Alarm): boolean => alarm.level > 1;
/** The last: until it is over, a day at most. */
export const UNTIL_OVER = 1440;
export const SHELF_MINUTES = [5, 15, 60, UNTIL_OVER] as const;
export const SHELF_REASONS = ["known", "working", "test"] as const;

/** Open alarms, the gravest first, then the newest. */
export const alarms = computed(() => state.board.value.alarms);
export const isShelved = (alarm: Alarm): boolean => alarm.shelved_until !== null;
export const onShelf = computed(() => alarms.value.filter(isShelved));
export const unacknowledged = computed(() => alarms.value.filter((alarm) => !alarm.acknowledged_by && !isShelved(alarm)));

export function alarmText(alarm: Alarm): string {
  const service = serviceName(alarm.subject);
  switch (alarm.kind) {
    case "medical":
      return service;
    case "sos": {
      const [, unitId = "", quiet] = alarm.detail.split(" ");
      return ta(quiet ? "alarm.sos.quiet" : "alarm.sos", { name: unitName(unitId) });
    }
    case "breach":
      return ta("alarm.breach", { service });
    case "forecast":
      return ta("alarm.forecast", { service });
    case "escalated":
      return ta("alarm.escalated", { to: coded("escalated", alarm.detail), service });
    case "nobody":
      return ta("alarm.nobody", { service });
    case "fire":
      return ta("alarm.fire");
    case "gateway":
      return ta("alarm.gateway", { name: alarm.subject });
    case "overdue":
      return ta("alarm.overdue", { name: itemName(alarm.detail) });
    case "service":
      return ta("alarm.service", { name: alarm.subject, reason: alarm.detail.replaceAll("_", " ") });
    default:
      return alarm.kind;
  }
}

export function whereText(alarm: Alarm): string {
  const call = alarm.call_id ? state.calls.value.get(alarm.call_id) : undefined;
  if (call) return placeText(call.place);
  if (alarm.kind === "fire") return named(state.site.value?.name);
  if (alarm.kind === "overdue") return depotName(alarm.subject);
  if (alarm.kind === "gateway") return [state.gateways.value.get(alarm.subject)?.floor, findingText(alarm.detail)].filter(Boolean).join(" · ");
  return "";
}

/** In a flood one heading stands for all of a cause. */
export function causeText(cause: string): string {
  const [kind = "", detail = ""] = cause.split(" ", 2);
  const like = alarms.value.find((alarm) => alarm.cause === cause);
  if (kind === "gateway") return findingText(detail);
  return like ? alarmText({ ...like, subject: "" }).replace(/[:：]\s*$/, "") : cause;
}

/** What an alarm leads to. */
export function goalOf(alarm: Alarm): state.Selection | null {
  if (alarm.call_id) return { kind: "call", id: alarm.call_id };
  return alarm.kind === "gateway" ? { kind: "gateway", id: alarm.subject } : null;
}

async function mark(body: Record<string, unknown>): Promise<void> {
  if (state.past.peek()) return spokenLine("bad", reasonText("in_replay"));
  try {
    await post("/api/alarms", body, newKey());
  } catch {
    spokenLine("bad", t("said.failed"));
  }
}

const ids = (some: Alarm[]): string[] => some.map((alarm) => alarm.alarm_id);

export const acknowledge = (some: Alarm[]) => mark({ act: "ack", alarms: ids(some) });
export const shelve = (alarm: Alarm, minutes: number, reason: string) => mark({ act: "shelve", alarms: ids([alarm]), minutes, reason });
export const unshelve = (alarm: Alarm) => mark({ act: "unshelve", alarms: ids([alarm]) });
