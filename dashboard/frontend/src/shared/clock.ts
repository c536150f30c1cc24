// Server time. Countdowns never trust the computer's own clock: the offset is kept from the server's ticks.

import { signal } from "@preact/signals";

/** Server milliseconds minus `performance.now()`, null until the first word of the server. */
let offsetMs: number | null = null;

/** How far this computer's own clock was behind the server's on the last visit. */
let behindMs = 0;

/** Follows slow drift; a message that came faster than any before it is believed at once. */
const DRIFT_SHARE = 0.05;
/** A jump beyond this is a new clock (a restart, a corrected server), not a late message. */
const JUMP_MS = 5_000;

/** The clock of a replay: its moment, when that was heard, and how fast it goes. Null: the clock is live. */
let past: { ms: number; heard: number; rate: number } | null = null;

/** Puts the screen's clock at a moment of the past, or back to now. */
export function setPast(moment: { ms: number; rate: number } | null): void {
  past = moment && { ...moment, heard: performance.now() };
  refresh();
}

/** Called with each `now` that the server sends. */
export function heardServerTime(serverMs: number): void {
  const sample = serverMs - performance.now();
  if (offsetMs === null || sample > offsetMs || offsetMs - sample > JUMP_MS) offsetMs = sample;
  else offsetMs += (sample - offsetMs) * DRIFT_SHARE;
  refresh();
}

/** Server time in milliseconds since 1970; by this computer's own clock until the server has spoken. */
export function serverNow(): number {
  if (past) return past.ms + (performance.now() - past.heard) * past.rate;
  return offsetMs === null ? Date.now() + behindMs : performance.now() + offsetMs;
}

/** To be kept for a visit without a connection, so that what is pressed then has its true time. */
export const clockBehindMs = (): number => (offsetMs === null ? behindMs : performance.now() + offsetMs - Date.now());

export function recallClock(behind: number): void {
  behindMs = behind;
  refresh();
}

/** Server time, renewed four times a second: what countdowns are drawn from. */
export const now = signal(serverNow());

function refresh(): void {
  now.value = serverNow();
}

/** Starts the clock of the screens. */
export function startClock(everyMs = 250): void {
  setInterval(refresh, everyMs);
}
