// One line that says what became of a wish, and what is read out to those who cannot see it.

import { signal } from "@preact/signals";

export interface Line {
  tone: "good" | "bad";
  text: string;
}

const SHOWN_MS = 4_000;

export const line = signal<Line | null>(null);
/** Read out politely by screen readers. */
export const polite = signal("");
/** Read out at once. */
export const urgent = signal("");

let timer: ReturnType<typeof setTimeout> | undefined;

export function spokenLine(tone: Line["tone"], text: string): void {
  line.value = { tone, text };
  clearTimeout(timer);
  timer = setTimeout(() => (line.value = null), SHOWN_MS);
}
