// Where everything on the shown floor is: position frames in, eased positions out. Arrays by slot.

import { CHANGES, KEY_FRAME, LEFT, type Frame } from "../shared/frames";
import type { Name } from "../shared/i18n";

export interface Slot {
  slot: number;
  id: string;
  kind: "staff" | "asset" | "loan" | "app";
  name: Name | null;
  role: string | null;
}

interface Scale {
  i: number;
  x0: number;
  y0: number;
  sx: number;
  sy: number;
}

const SLOTS = 65_536;
/** A dot is never carried further than this many intervals beyond its last news. */
const EASE_INTERVALS = 1.5;
const SEEN_M = 0.05;
const INTERVAL_MIN_MS = 150;
const INTERVAL_MAX_MS = 2_000;

class Dots {
  private readonly scales = new Map<number, Scale>();
  private readonly slots = new Map<number, Slot>();
  private readonly slotOf = new Map<string, number>();
  private readonly fromX = new Float32Array(SLOTS);
  private readonly fromY = new Float32Array(SLOTS);
  private readonly toX = new Float32Array(SLOTS);
  private readonly toY = new Float32Array(SLOTS);
  private readonly vx = new Float32Array(SLOTS);
  private readonly vy = new Float32Array(SLOTS);
  private readonly since = new Float64Array(SLOTS);
  private readonly seenAt = new Float64Array(SLOTS);
  readonly state = new Uint8Array(SLOTS);
  readonly r95 = new Uint8Array(SLOTS);
  private readonly shown = new Uint8Array(SLOTS);
  /** The slots that are on the shown floor, densely packed. */
  readonly present: number[] = [];
  private floor = -1;
  private intervalMs = 1_000;
  private lastFrameAt = 0;
  /** Rises with every change, so that a painter knows whether there is anything to paint. */
  revision = 0;
  private movingUntil = 0;

  floors(scales: Scale[]): void {
    for (const scale of scales) this.scales.set(scale.i, scale);
  }

  name(slots: Slot[], gone: number[], whole: boolean): void {
    if (whole) {
      this.slots.clear();
      this.slotOf.clear();
    }
    for (const slot of gone) {
      const old = this.slots.get(slot);
      if (old) this.slotOf.delete(old.id);
      this.slots.delete(slot);
    }
    for (const slot of slots) {
      this.slots.set(slot.slot, slot);
      this.slotOf.set(slot.id, slot.slot);
    }
    this.revision += 1;
  }

  who(slot: number): Slot | undefined {
    return this.slots.get(slot);
  }

  /** The slot of a unit or item when it is on the shown floor, else -1. */
  find(id: string): number {
    const slot = this.slotOf.get(id) ?? -1;
    return slot >= 0 && this.shown[slot] ? slot : -1;
  }

  /** Another time is shown: nothing that was there counts. */
  forget(): void {
    this.slots.clear();
    this.slotOf.clear();
    this.clear(this.floor);
  }

  /** Another floor is shown: forget what was on the old one. */
  clear(floor: number): void {
    this.floor = floor;
    this.shown.fill(0);
    this.present.length = 0;
    this.revision += 1;
  }

  apply(frame: Frame): void {
    if (frame.floor !== this.floor) return;
    if (frame.kind === LEFT) return this.leave(frame.slot);
    if (frame.kind !== KEY_FRAME && frame.kind !== CHANGES) return;
    const scale = this.scales.get(frame.floor);
    if (!scale) return;
    const now = performance.now();
    this.pace(frame.replay ? now : frame.atMs);
    if (frame.kind === KEY_FRAME) this.keepOnly(frame.slot);
    let anyMoved = false;
    for (let i = 0; i < frame.count; i++) anyMoved = this.move(frame, i, scale, now) || anyMoved;
    if (anyMoved) this.movingUntil = now + EASE_INTERVALS * this.intervalMs;
    this.revision += 1;
  }

  /** Are dots under way at this moment? */
  moving(now: number): boolean {
    return now < this.movingUntil;
  }

  x(slot: number, now: number): number {
    return this.eased(this.fromX[slot] as number, this.toX[slot] as number, this.vx[slot] as number, slot, now);
  }

  y(slot: number, now: number): number {
    return this.eased(this.fromY[slot] as number, this.toY[slot] as number, this.vy[slot] as number, slot, now);
  }

  /** Seconds since the newest observation of this device. */
  age(slot: number, now: number): number {
    return (now - (this.seenAt[slot] as number)) / 1e3;
  }

  private eased(from: number, to: number, v: number, slot: number, now: number): number {
    const intervals = Math.min(EASE_INTERVALS, (now - (this.since[slot] as number)) / this.intervalMs);
    if (intervals <= 1) return from + (to - from) * intervals;
    return to + (v * (intervals - 1) * this.intervalMs) / 1e3;
  }

  private pace(atMs: number): void {
    const gap = atMs - this.lastFrameAt;
    this.lastFrameAt = atMs;
    if (gap > INTERVAL_MIN_MS && gap < INTERVAL_MAX_MS) this.intervalMs += (gap - this.intervalMs) * 0.3;
  }

  /** Takes one record; did the dot move enough to be seen? */
  private move(frame: Frame, i: number, scale: Scale, now: number): boolean {
    const slot = frame.slot[i] as number;
    const x = scale.x0 + scale.sx * (frame.x[i] as number);
    const y = scale.y0 + scale.sy * (frame.y[i] as number);
    if (this.shown[slot]) {
      const fromX = this.x(slot, now);
      const fromY = this.y(slot, now);
      // A leap of more than 15 m is a correction, not a walk.
      const leap = Math.hypot(x - fromX, y - fromY) > 15;
      this.fromX[slot] = leap ? x : fromX;
      this.fromY[slot] = leap ? y : fromY;
    } else {
      this.shown[slot] = 1;
      this.present.push(slot);
      this.fromX[slot] = x;
      this.fromY[slot] = y;
    }
    this.toX[slot] = x;
    this.toY[slot] = y;
    this.vx[slot] = (frame.vx[i] as number) / 10;
    this.vy[slot] = (frame.vy[i] as number) / 10;
    this.since[slot] = now;
    this.seenAt[slot] = now - (frame.age[i] as number) * 100;
    this.state[slot] = frame.state[i] as number;
    this.r95[slot] = frame.r95[i] as number;
    return Math.abs(x - (this.fromX[slot] as number)) + Math.abs(y - (this.fromY[slot] as number)) > SEEN_M;
  }

  private keepOnly(slots: Uint16Array): void {
    const kept = new Uint8Array(SLOTS);
    for (const slot of slots) kept[slot] = 1;
    this.drop((slot) => !kept[slot]);
  }

  private leave(slots: Uint16Array): void {
    const left = new Set(slots);
    this.drop((slot) => left.has(slot));
    this.revision += 1;
  }

  private drop(leaves: (slot: number) => boolean): void {
    let kept = 0;
    for (const slot of this.present) {
      if (leaves(slot)) this.shown[slot] = 0;
      else this.present[kept++] = slot;
    }
    this.present.length = kept;
  }
}

export const dots = new Dots();
