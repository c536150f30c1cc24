// Server time. Countdowns never trust the computer's own clock: the offset is kept from the server's ticks.

import { signal } from "@preact/signals";

/** Server milliseconds minus `performance.now()`, null until the first word of the server. */
let offsetMs: number | null = null;

/** Follows slow drift; a message that came faster than any before it is believed at once. */
const DRIFT_SHARE = 0.05;
/** A jump beyond this is a new clock (a restart, a corrected server), not a late message. */
const JUMP_MS = 5_000;

/** Called with each `now` that the server sends. */
export function heardServerTime(serverMs: number): void {
  const sample = serverMs - performance.now();
  if (offsetMs === null || sample > offsetMs || offsetMs - sample > JUMP_MS) offsetMs = sample;
  else offsetMs += (sample - offsetMs) * DRIFT_SHARE;
  refresh();
}

/** Server time in milliseconds since 1970; this computer's own until the server has spoken. */
export function serverNow(): number {
  return offsetMs === null ? Date.now() : performance.now() + offsetMs;
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
