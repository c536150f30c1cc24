// One line that says what became of a wish, what is read out to those who cannot see it, and the last order's way back.

import { signal } from "@preact/signals";
import { t } from "./texts";

type Undo = (() => void) | null;

export interface Line {
  tone: "good" | "bad";
  text: string;
  /** What it tells of can be taken back. */
  undoable: boolean;
}

/** An order whose answer is on its way; the status that it changes may be on the screen before. */
export interface Underway {
  undoable: boolean;
  /** It is to be taken back as soon as it is known to have been carried out. */
  unwanted: boolean;
}

const SHOWN_MS = 4_000;
const UNDOABLE_MS = 10_000;

export const line = signal<Line | null>(null);
/** Read out politely by screen readers. */
export const polite = signal("");
/** Read out at once. */
export const urgent = signal("");

let lineTimer: ReturnType<typeof setTimeout> | undefined;
let undoTimer: ReturnType<typeof setTimeout> | undefined;
let undo: Undo = null;
let underway: Underway | null = null;

function show(tone: Line["tone"], text: string, undoable: boolean): void {
  line.value = { tone, text, undoable };
  clearTimeout(lineTimer);
  lineTimer = setTimeout(() => (line.value = null), undoable ? UNDOABLE_MS : SHOWN_MS);
}

function remember(way: Undo): void {
  undo = way;
  clearTimeout(undoTimer);
  if (way) undoTimer = setTimeout(() => (undo = null), UNDOABLE_MS);
}

/** What became of the operator's last wish; `way` takes it back for ten seconds. */
export function spokenLine(tone: Line["tone"], text: string, way: Undo = null): void {
  show(tone, text, way !== null);
  remember(way);
}

/** What is not of the last order, as others' words: that order can be taken back as before. */
export const newsLine = (tone: Line["tone"], text: string): void => show(tone, text, false);

/** An order goes out: from now on it is the one to take back. */
export function begun(undoable: boolean): Underway {
  remember(null);
  const shown = line.peek();
  if (shown?.undoable) line.value = { ...shown, undoable: false };
  underway = { undoable, unwanted: false };
  return underway;
}

/** Its answer is there; false when a later order has gone out since, which is then the one to take back. */
export function answered(order: Underway): boolean {
  const last = underway === order;
  if (last) underway = null;
  return last;
}

/** Takes back what was done last, where the world allows it: for ten seconds, and also before the answer is there. */
export function undoLast(): void {
  if (underway?.undoable) {
    underway.unwanted = true;
    show("good", t("said.unwanted"), false);
    return;
  }
  const way = undo;
  remember(null);
  line.value = null;
  way?.();
}
