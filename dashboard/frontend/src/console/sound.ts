// Three sounds with a meaning: new, late, emergency. Made by the browser, no files.

import { signal } from "@preact/signals";

const STORED = "nearhand.sound";

export const soundOn = signal(read());

function read(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export function setSound(on: boolean): void {
  soundOn.value = on;
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Then it is for this visit only.
  }
  if (on) chime("new");
}

let context: AudioContext | null = null;

function tones(frequencies: number[], lengthS: number, volume: number): void {
  if (!soundOn.peek()) return;
  context ??= new AudioContext();
  // Browsers keep a page silent until it was clicked; then there is nothing to catch up on.
  if (context.state !== "running") {
    void context.resume();
    return;
  }
  const start = context.currentTime;
  frequencies.forEach((frequency, i) => {
    const at = start + i * lengthS;
    const tone = (context as AudioContext).createOscillator();
    const gain = (context as AudioContext).createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(volume, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.001, at + lengthS);
    tone.connect(gain).connect((context as AudioContext).destination);
    tone.start(at);
    tone.stop(at + lengthS);
  });
}

export function chime(kind: "new" | "late"): void {
  if (kind === "new") tones([660, 880], 0.16, 0.12);
  else tones([520, 440, 520], 0.2, 0.18);
}

export function siren(): void {
  tones([880, 1175, 880, 1175, 880, 1175], 0.22, 0.3);
}
