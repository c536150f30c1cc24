// C7: any kept minute on the same screen. What is shown comes from a stream of its own; nothing can be sent.

import { computed, signal } from "@preact/signals";
import { now } from "../shared/clock";
import { get } from "../shared/http";
import { goToFloor, reveal, select } from "./actions";
import { closePast, openPast, sayPast } from "./feed";
import { tr } from "./replaytexts";
import { spokenLine } from "./said";
import * as state from "./state";

export interface Span {
  since: number;
  until: number;
  positions_since: number | null;
}

export interface Mark {
  at: number;
  kind: "CallReceived" | "UnitOnScene" | "CallCleared" | "CallCancelled" | "SlaBreached" | "TaskEscalated" | "ConnectorClosed" | "FireModeSet";
  call_id: string | null;
  unit_id: string | null;
  priority: number | null;
  detail: string;
}

export const SPEEDS = [1, 2, 4, 8, 16, 32] as const;
/** How much time the bar shows, in minutes. */
export const WIDTHS = [10, 60, 360, 1440] as const;
const MINUTE = 60e6;
/** Where a replay begins that is opened without a moment: what just happened. */
const BACK = 2 * MINUTE;
/** A breach is come to a little before, so that one sees it happen. */
const BEFORE = 20e6;
/** Scrubbing asks the server this often at most. */
const SEEK_EVERY_MS = 300;

export const span = signal<Span | null>(null);
export const marks = signal<Mark[]>([]);
export const width = signal<number>(60);
/** Where the bar begins, in microseconds. */
export const begin = signal(0);
export const end = computed(() => begin.value + width.value * MINUTE);
/** The moment shown, in microseconds. */
export const moment = computed(() => now.value * 1e3);
/** The speed to go on with after a pause. */
const lastSpeed = signal(1);

let asked = 0;
let sought = 0;
let trailing: ReturnType<typeof setTimeout> | undefined;
let jumpedTo: Mark | null = null;

export async function openReplay(at: number, speed = 1): Promise<void> {
  const floor = state.floor.peek();
  if (!floor) return;
  try {
    span.value = await get<Span>("/api/replay");
  } catch {
    spokenLine("bad", tr("replay.failed"));
    return;
  }
  openPast(inSpan(at), speed, floor.floor);
  place(at);
}

export function closeReplay(): void {
  const floor = state.floor.peek();
  clearTimeout(trailing);
  if (floor) closePast(floor.floor);
  marks.value = [];
  jumpedTo = null;
  history.replaceState(null, "", location.pathname);
}

export function toggleReplay(): void {
  if (state.past.peek()) closeReplay();
  else void openReplay(moment.peek() - BACK);
}

const inSpan = (at: number): number => Math.round(Math.min(Math.max(at, span.peek()?.since ?? 0), span.peek()?.until ?? at));

/** Goes to a moment; while the bar is dragged, now and then. */
export function seek(at: number): void {
  const wanted = inSpan(at);
  place(wanted);
  clearTimeout(trailing);
  const wait = sought + SEEK_EVERY_MS - performance.now();
  const go = (): void => {
    sought = performance.now();
    sayPast({ at: wanted });
  };
  if (wait <= 0) go();
  else trailing = setTimeout(go, wait);
}

export function setSpeed(speed: number): void {
  if (speed > 0) lastSpeed.value = speed;
  sayPast({ speed });
}

export const playPause = (): void => setSpeed(state.past.peek()?.speed ? 0 : lastSpeed.peek());

/** Keeps the moment on the bar, and the ticks of what the bar shows. */
export function place(at: number): void {
  const wide = width.peek() * MINUTE;
  if (at < begin.peek() || at > begin.peek() + wide * 0.98 || begin.peek() === 0) {
    begin.value = Math.max(span.peek()?.since ?? 0, Math.min(at - wide / 2, (span.peek()?.until ?? at) - wide));
    void fetchMarks();
  }
}

export function setWidth(minutes: number): void {
  width.value = minutes;
  begin.value = 0;
  place(moment.peek());
}

async function fetchMarks(): Promise<void> {
  const mine = ++asked;
  const query = `since=${Math.round(begin.peek())}&until=${Math.round(end.peek())}`;
  const found = await get<{ marks: Mark[] }>(`/api/replay/marks?${query}`).catch(() => ({ marks: [] }));
  if (mine === asked) marks.value = found.marks;
}

/** To a little before the next breach, with its call selected. */
export async function nextBreach(): Promise<void> {
  const at = moment.peek();
  const after = jumpedTo && at >= jumpedTo.at - 2 * BEFORE && at < jumpedTo.at ? jumpedTo.at : at;
  const { mark } = await get<{ mark: Mark | null }>(`/api/replay/next?after=${Math.round(after)}`).catch(() => ({ mark: null }));
  if (!mark || !state.past.peek()) return spokenLine("bad", tr("replay.none"));
  jumpedTo = mark;
  seek(mark.at - BEFORE);
  if (mark.call_id) whenThere({ kind: "call", id: mark.call_id });
}

/** Selects something as soon as it is on the board. */
function whenThere(what: state.Selection, tries = 20): void {
  const table = what.kind === "call" ? state.calls.peek() : state.units.peek();
  if (table.has(what.id)) {
    select(what);
    reveal(what);
  } else if (tries > 0) setTimeout(() => whenThere(what, tries - 1), 250);
}

/** A link to exactly this: moment, speed, floor, selection. */
export async function share(): Promise<void> {
  const query = new URLSearchParams({ at: String(Math.round(moment.peek())), speed: String(state.past.peek()?.speed ?? 1) });
  const floor = state.floor.peek();
  const chosen = state.selection.peek();
  if (floor) query.set("floor", floor.floor);
  if (chosen && chosen.kind !== "gateway") query.set(chosen.kind, chosen.id);
  history.replaceState(null, "", `${location.pathname}?${query}`);
  try {
    await navigator.clipboard.writeText(location.href);
    spokenLine("good", tr("replay.shared"));
  } catch {
    spokenLine("good", tr("replay.address")); // plain http has no clipboard
  }
}

/** What a shared link asks for. */
export function openShared(): void {
  const query = new URLSearchParams(location.search);
  const at = Number(query.get("at"));
  if (!at) return;
  const index = state.floorOf.peek().get(query.get("floor") ?? "")?.i;
  if (index !== undefined) goToFloor(index);
  void openReplay(at, Number(query.get("speed") ?? 1)).then(() => {
    const [call, unit] = [query.get("call"), query.get("unit")];
    if (call) whenThere({ kind: "call", id: call });
    else if (unit) whenThere({ kind: "unit", id: unit });
  });
}
