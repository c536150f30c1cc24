// One line that says what became of a wish, and what is read out to those who cannot see it.

import { signal } from "@preact/signals";

export interface Line {
  tone: "good" | "bad";
  text: string;
  /** Takes it back, while the line is shown. */
  undo: (() => void) | null;
}

const SHOWN_MS = 4_000;
const UNDOABLE_MS = 10_000;

export const line = signal<Line | null>(null);
/** Read out politely by screen readers. */
export const polite = signal("");
/** Read out at once. */
export const urgent = signal("");

let timer: ReturnType<typeof setTimeout> | undefined;

export function spokenLine(tone: Line["tone"], text: string, undo: Line["undo"] = null): void {
  line.value = { tone, text, undo };
  clearTimeout(timer);
  timer = setTimeout(() => (line.value = null), undo ? UNDOABLE_MS : SHOWN_MS);
}

/** Takes back what was done last, where the world allows it and for ten seconds. */
export function undoLast(): void {
  const undo = line.peek()?.undo;
  line.value = null;
  undo?.();
}
