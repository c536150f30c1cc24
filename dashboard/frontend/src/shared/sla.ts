// How a call stands against its target: one answer for the queue, the panels and the map.

import type { CallChanged, TaskView } from "./protocol";

/** Share of the target after which the ring becomes thick. */
export const SOON_SHARE = 0.7;

export interface Sla {
  /** ok, then soon at 70 % of the target, then late; met when everybody wanted is on scene; over when closed. */
  kind: "ok" | "soon" | "late" | "met" | "over";
  /** Seconds to the deadline, negative when late; seconds from received to on scene when met. */
  seconds: number;
  /** Share of the target that is left, 0 to 1. */
  left: number;
  /** Share that will be left when the predicted arrival comes true; null where nobody comes yet. */
  leftAtArrival: number | null;
  /** The prediction is this many seconds after the deadline; null while it is in time or unknown. */
  missBy: number | null;
}

const REACHED = new Set<TaskView["state"]>(["on_scene", "cleared", "cancelled", "abandoned", "merged"]);
const CLOSED = new Set<CallChanged["state"]>(["cleared", "cancelled", "abandoned", "merged"]);

export const isOpen = (call: CallChanged): boolean => !CLOSED.has(call.state);

/** The task that decides about the call's clock: the first deadline with nobody on scene. */
export function pressingTask(call: CallChanged): TaskView | null {
  let found: TaskView | null = null;
  for (const task of call.tasks) {
    if (!REACHED.has(task.state) && (!found || task.deadline_at < found.deadline_at)) found = task;
  }
  return found;
}

/** Seconds from received to the last arrival, null while somebody is still awaited or nobody came. */
export function responseSeconds(call: CallChanged): number | null {
  const arrivals = call.tasks.filter((task) => !["cancelled", "abandoned", "merged"].includes(task.state)).map((task) => task.on_scene_at);
  if (arrivals.length === 0 || arrivals.some((at) => at === null)) return null;
  return (Math.max(...(arrivals as number[])) - call.received_at) / 1e6;
}

/** Where the call stands at server time `nowMs`. */
export function slaOf(call: CallChanged, nowMs: number): Sla {
  const task = pressingTask(call);
  if (!task || !isOpen(call)) {
    const kind = isOpen(call) ? "met" : "over";
    return { kind, seconds: responseSeconds(call) ?? 0, left: 0, leftAtArrival: null, missBy: null };
  }
  // On hold the clock stands where it was.
  return clockOf(call.received_at, task.deadline_at, task.eta_at, call.held_at === null ? nowMs : call.held_at / 1e3);
}

/** The clock of one task. Instants in microseconds, `nowMs` in milliseconds. */
export function clockOf(receivedAt: number, deadlineAt: number, etaAt: number | null, nowMs: number): Sla {
  const target = Math.max(1, deadlineAt - receivedAt);
  const seconds = deadlineAt / 1e6 - nowMs / 1e3;
  const left = Math.max(0, Math.min(1, (seconds * 1e6) / target));
  const arrival = etaAt === null ? null : Math.max(etaAt, nowMs * 1e3);
  const kind = seconds < 0 ? "late" : left <= 1 - SOON_SHARE ? "soon" : "ok";
  return {
    kind,
    seconds,
    left,
    leftAtArrival: arrival === null ? null : Math.max(0, Math.min(1, (deadlineAt - arrival) / target)),
    missBy: arrival !== null && arrival > deadlineAt ? (arrival - deadlineAt) / 1e6 : null,
  };
}
