// Three sounds with a meaning: new, late, emergency. Made by the browser, no files; heard from the side of the
// floor where it happens. Mute ends by itself and holds for the first two only.

import { computed, effect, signal } from "@preact/signals";
import { clockBehindMs, now } from "../shared/clock";

export type Sound = "new" | "late" | "emergency";

interface Tune {
  tones: number[];
  toneS: number;
  /** Share of the full volume. */
  level: number;
  /** However low the operator set it. */
  least: number;
}

const TUNES: Record<Sound, Tune> = {
  new: { tones: [660, 880], toneS: 0.16, level: 0.2, least: 0 },
  late: { tones: [520, 440, 520], toneS: 0.2, level: 0.28, least: 0 },
  emergency: { tones: [880, 1175, 880, 1175, 880, 1175], toneS: 0.22, level: 0.45, least: 0.2 },
};
/** Never wholly on one side: somebody may hear with one ear, or with one loudspeaker. */
const WIDEST = 0.8;
/** An emergency is heard again and again until somebody acknowledges it. */
const AGAIN_MS = 5_000;
/** Nobody mutes for longer than a shift. */
export const MUTE_LIMIT_MS = 12 * 3_600_000;

const MUTED = "nearhand.muted";
const VOLUME = "nearhand.volume";

function stored(key: string): number | null {
  try {
    const text = localStorage.getItem(key);
    return text === null || !Number.isFinite(Number(text)) ? null : Number(text);
  } catch {
    return null;
  }
}

function store(key: string, value: number | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, String(value));
  } catch {
    // Then it is for this visit only.
  }
}

/** The server's clock in milliseconds, also while a replay shows another time. */
export const liveNow = (): number => Date.now() + clockBehindMs();

/** Server time until which new and late calls make no sound; null: they do. */
export const mutedUntil = signal<number | null>(stored(MUTED));
/** 0 to 1, as the operator set it. */
export const volume = signal(Math.min(1, Math.max(0, stored(VOLUME) ?? 0.6)));

const ready = signal(false);
const heard = signal(false);
/** The browser lets us be heard, and somebody has listened since the page was opened. */
export const tested = computed(() => ready.value && heard.value);

export function mute(until: number | null): void {
  mutedUntil.value = until;
  store(MUTED, until);
  if (until !== null && !ringing) silence();
}

export function setVolume(share: number): void {
  volume.value = share;
  store(VOLUME, share);
}

/** Ends the mute at its time, follows what other windows of this browser set, and wakes the sound by the first touch. */
export function listenForSound(serverHasSpoken: () => boolean): void {
  effect(() => {
    void now.value;
    const until = mutedUntil.value;
    if (until === null || !serverHasSpoken()) return;
    // Further away than anybody can have asked for: the clock was set.
    if (liveNow() >= until || until > liveNow() + MUTE_LIMIT_MS + 60_000) mute(null);
  });
  window.addEventListener("storage", (event) => {
    if (event.key === MUTED) mutedUntil.value = stored(MUTED);
    if (event.key === VOLUME) volume.value = stored(VOLUME) ?? volume.peek();
  });
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, wake);
}

let context: AudioContext | null = null;

/** Browsers keep a page silent until it was touched. */
function wake(): void {
  if (ready.peek()) return;
  context ??= new AudioContext();
  void context.resume().then(() => {
    ready.value = context?.state === "running";
  });
}

let playing: { kind: Sound; out: GainNode; endsS: number } | null = null;

/** `side`: -1 left to 1 right. One sound at a time, and nothing lies over an emergency. */
export function play(kind: Sound, side = 0, test = false): void {
  if (kind !== "emergency" && mutedUntil.peek() !== null && !test) return;
  if (!context || context.state !== "running") return;
  const start = context.currentTime;
  if (playing?.kind === "emergency" && kind !== "emergency" && playing.endsS > start) return;
  silence();
  const { tones, toneS, level, least } = TUNES[kind];
  const out = new GainNode(context, { gain: Math.max(level * volume.peek(), least) });
  const pan = new StereoPannerNode(context, { pan: Math.max(-1, Math.min(1, side)) * WIDEST });
  out.connect(pan).connect(context.destination);
  for (const [i, frequency] of tones.entries()) tone(context, out, frequency, start + i * toneS, toneS);
  playing = { kind, out, endsS: start + tones.length * toneS };
}

function tone(on: AudioContext, out: AudioNode, frequency: number, at: number, lengthS: number): void {
  const source = new OscillatorNode(on, { frequency });
  const gain = new GainNode(on, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(1, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.004, at + lengthS);
  source.connect(gain).connect(out);
  source.start(at);
  source.stop(at + lengthS);
}

/** What sounds now stops. */
export function silence(): void {
  playing?.out.disconnect();
  playing = null;
}

let ringing: ReturnType<typeof setInterval> | undefined;
let from = 0;

/** The emergency's sound from this side, again and again; null: it was acknowledged, and all is still. */
export function ring(side: number | null): void {
  from = side ?? 0;
  if ((side !== null) === (ringing !== undefined)) return;
  clearInterval(ringing);
  ringing = undefined;
  silence();
  if (side === null) return;
  play("emergency", from);
  ringing = setInterval(() => play("emergency", from), AGAIN_MS);
}

/** To set the volume by; also while muted, since it was asked for. */
export function test(kind: Sound): void {
  context ??= new AudioContext();
  void context.resume().then(() => {
    ready.value = context?.state === "running";
    heard.value = true;
    play(kind, 0, true);
  });
}
