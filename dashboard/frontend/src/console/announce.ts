// What is new is heard, said and read out; where it happens on the floor is the side it is heard from.

import { effect } from "@preact/signals";
import type { Alarm } from "../shared/protocol";
import { isOpen } from "../shared/sla";
import { whereIs } from "./actions";
import { alarmText, goalOf, unacknowledged, whereText } from "./alarms";
import { heardBeside } from "./feed";
import { polite, urgent } from "./said";
import { play, ring } from "./sound";
import { hush, speak } from "./speech";
import * as state from "./state";
import { t } from "./texts";
import { placeText, serviceName } from "./words";

/** -1 at the left end of the floor's plan, 1 at the right; 0 where that is not known. */
function sideOf(floor: string, x: number): number {
  const bounds = state.floorOf.peek().get(floor)?.bounds;
  return bounds ? (2 * (x - bounds[0])) / (bounds[2] - bounds[0]) - 1 : 0;
}

function sideOfAlarm(alarm: Alarm): number {
  const goal = goalOf(alarm);
  const at = goal && whereIs(goal);
  return at ? sideOf(at.floor, at.x) : 0;
}

/** What was there when the page opened stays quiet, but for emergencies: they ring until somebody acknowledges. */
export function announce(): void {
  effect(alarmsHeard());
  effect(callsHeard());
  effect(() => {
    const call = heardBeside.value;
    if (!call) return;
    const text = t("said.newCall", { service: serviceName(call.service), place: placeText(call.place) });
    if (call.priority > 1) polite.value = text;
    else {
      urgent.value = text;
      play("emergency", sideOf(call.place.floor, call.place.x_m));
      speak(text);
    }
  });
}

function alarmsHeard(): () => void {
  let seen: Set<string> | null = null;
  return () => {
    const open = unacknowledged.value;
    if (!state.boardLoaded.value || state.past.value) {
      seen = null;
      ring(null);
      return;
    }
    const fresh = open.filter((alarm) => seen && !seen.has(alarm.alarm_id));
    seen = new Set(open.map((alarm) => alarm.alarm_id));
    const emergency = open.find((alarm) => alarm.level === 1);
    ring(emergency ? sideOfAlarm(emergency) : null);
    if (!emergency) hush();
    const worst = fresh[0];
    if (!worst || worst.level > 2) return;
    const text = `${alarmText(worst)} ${whereText(worst)}`;
    urgent.value = text;
    if (worst.level === 1) speak(text);
    else play("late", sideOfAlarm(worst));
  };
}

function callsHeard(): () => void {
  let seen: Set<string> | null = null;
  return () => {
    const all = state.calls.value;
    if (!state.loaded.value || state.past.value) {
      seen = null;
      return;
    }
    const newest = [...all.values()].find((call) => seen && !seen.has(call.call_id) && isOpen(call));
    seen = new Set(all.keys());
    if (!newest) return;
    polite.value = t("said.newCall", { service: serviceName(newest.service), place: placeText(newest.place) });
    if (newest.priority > 1) play("new", sideOf(newest.place.floor, newest.place.x_m));
  };
}
