// Dragging on the map, and clicks on it that somebody waits for.

import { signal } from "@preact/signals";
import type { Point } from "../shared/site";

/** Where on the floor, in metres, a pointer is. */
export type World = (event: { clientX: number; clientY: number }) => Point;

/** Whoever wants the next click on the map; null: clicks select. */
export const wantsClick = signal<((at: Point) => void) | null>(null);

const CLICK_PX = 3;

/** Follows a pointer from a press to its end: `during` for each place, then `done` (null: it did not move). */
export function drags(event: PointerEvent, world: World, from: Point, during: (to: Point) => void, done: (to: Point | null) => void): void {
  event.preventDefault();
  event.stopPropagation();
  const element = event.currentTarget as Element & { focus?: () => void };
  element.focus?.();
  const start = world(event);
  const first: Point = [event.clientX, event.clientY];
  let last: Point | null = null;
  element.setPointerCapture(event.pointerId);
  const move = (next: PointerEvent): void => {
    if (!last && Math.hypot(next.clientX - first[0], next.clientY - first[1]) < CLICK_PX) return;
    const [x, y] = world(next);
    last = [from[0] + x - start[0], from[1] + y - start[1]];
    during(last);
  };
  const end = (): void => {
    element.removeEventListener("pointermove", move as EventListener);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
    done(last);
  };
  element.addEventListener("pointermove", move as EventListener);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}
