// The floor plan with the way on it: the server's SVG, moved and zoomed by fingers through its viewBox.

import { useEffect, useRef } from "preact/hooks";
import { lang } from "../shared/i18n";
import type { Place } from "../shared/protocol";
import type { Point, RouteJson, SiteJson } from "../shared/site";
import * as state from "./state";

const SVG = "http://www.w3.org/2000/svg";
const MIN_VIEW_M = 36;
const MARGIN_M = 12;

interface View {
  x: number;
  y: number;
  w: number;
  h: number;
}

const address = (floor: string, rev: number): string => `/floors/${encodeURIComponent(floor)}.svg?rev=${rev}`;

/** Asks for the plans of all floors, so that the way can be shown where there is no network: the worker keeps what
    passes through it. Without https there is no worker, and nothing is asked for. */
export async function fetchPlans(site: SiteJson): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const worker = navigator.serviceWorker;
  await worker.ready;
  if (!worker.controller) await new Promise((resolve) => worker.addEventListener("controllerchange", resolve, { once: true }));
  for (const { floor } of site.floors) await fetch(address(floor, site.rev)).catch(() => undefined);
}

export function Plan({ floor, target, route }: { floor: string; target: Place; route: RouteJson | null }) {
  const box = useRef<HTMLDivElement>(null);
  const rev = state.site.value?.rev ?? 0;
  const me = state.place.value;
  useEffect(() => {
    let gone = false;
    fetch(address(floor, rev))
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error())))
      .then((text) => {
        if (gone || !box.current) return;
        const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
        svg.setAttribute("preserveAspectRatio", "xMidYMid slice");
        box.current.replaceChildren(document.importNode(svg, true));
        delete box.current.dataset["moved"];
        show(box.current, floor, target, route, me);
        fingers(box.current);
      })
      .catch(() => undefined);
    return () => {
      gone = true;
    };
  }, [floor, rev, target.x_m, target.y_m]);
  useEffect(() => {
    if (box.current) show(box.current, floor, target, route, me);
  }, [route, me, floor]);
  return <div class={`plan lang-${lang.value}`} ref={box} aria-hidden="true" />;
}

/** Draws anew; the frame follows until a finger has chosen another. */
function show(box: HTMLElement, floor: string, target: Place, route: RouteJson | null, me: state.MyPlace | null): void {
  draw(box, floor, target, route, me);
  if (!box.dataset["moved"]) look(box, frame(floor, target, route, me));
}

function pointsOn(floor: string, route: RouteJson | null): Point[][] {
  return (route?.legs ?? []).filter((leg) => leg.floor === floor && leg.points.length > 1).map((leg) => leg.points);
}

/** What is worth seeing: the way on this floor, the goal, and where I am. */
function frame(floor: string, target: Place, route: RouteJson | null, me: state.MyPlace | null): View {
  const points: Point[] = pointsOn(floor, route).reduce<Point[]>((all, leg) => all.concat(leg), []);
  if (target.floor === floor) points.push([target.x_m, target.y_m]);
  if (me && me.floor === floor) points.push([me.x_m, me.y_m]);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => -y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const w = Math.max(MIN_VIEW_M, x1 - x0 + 2 * MARGIN_M);
  const h = Math.max(MIN_VIEW_M, y1 - y0 + 2 * MARGIN_M);
  return { x: (x0 + x1 - w) / 2, y: (y0 + y1 - h) / 2, w, h };
}

function look(box: HTMLElement, view: View): void {
  const svg = box.querySelector("svg");
  if (!svg || !Number.isFinite(view.x)) return;
  // Everything in the frame stays visible whatever the shape of the screen.
  const ratio = box.clientWidth / Math.max(1, box.clientHeight);
  const w = Math.max(view.w, view.h * ratio);
  const h = w / ratio;
  svg.setAttribute("viewBox", `${view.x + (view.w - w) / 2} ${view.y + (view.h - h) / 2} ${w} ${h}`);
}

function draw(box: HTMLElement, floor: string, target: Place, route: RouteJson | null, me: state.MyPlace | null): void {
  const layer = box.querySelector(".overlay");
  if (!layer) return;
  const made: Element[] = [];
  const add = (name: string, attributes: Record<string, string | number>): void => {
    const one = document.createElementNS(SVG, name);
    for (const key of Object.keys(attributes)) one.setAttribute(key, String(attributes[key]));
    made.push(one);
  };
  for (const leg of pointsOn(floor, route)) {
    const points = leg.map(([x, y]) => `${x},${-y}`).join(" ");
    add("polyline", { points, class: "way-casing" });
    add("polyline", { points, class: "way" });
  }
  if (target.floor === floor) {
    add("circle", { cx: target.x_m, cy: -target.y_m, r: 3.4, class: "goal-ring" });
    add("circle", { cx: target.x_m, cy: -target.y_m, r: 1.6, class: "goal" });
  }
  if (me && me.floor === floor) {
    add("circle", { cx: me.x_m, cy: -me.y_m, r: Math.max(2.4, me.r95_m), class: "me-area" });
    add("circle", { cx: me.x_m, cy: -me.y_m, r: 1.9, class: "me" });
  }
  layer.replaceChildren(...made);
}

/** One finger moves, two zoom; the wheel too. */
function fingers(box: HTMLElement): void {
  const svg = box.querySelector("svg");
  if (!svg) return;
  const down = new Map<number, { x: number; y: number }>();
  const view = (): View => {
    const { x, y, width, height } = svg.viewBox.baseVal;
    return { x, y, w: width, h: height };
  };
  const look = ({ x, y, w, h }: View): void => {
    box.dataset["moved"] = "yes";
    svg.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
  };
  const zoom = (factor: number, px: number, py: number): void => {
    const now = view();
    const w = Math.min(400, Math.max(12, now.w * factor));
    const k = w / now.w;
    const ax = now.x + (px / box.clientWidth) * now.w;
    const ay = now.y + (py / box.clientHeight) * now.h;
    look({ x: ax - (ax - now.x) * k, y: ay - (ay - now.y) * k, w, h: now.h * k });
  };
  box.onpointerdown = (event) => {
    box.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  };
  box.onpointerup = box.onpointercancel = (event) => void down.delete(event.pointerId);
  box.onpointermove = (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const next = { x: event.offsetX, y: event.offsetY };
    const other = Array.from(down.entries()).find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(last.x - other.x, last.y - other.y);
      const after = Math.hypot(next.x - other.x, next.y - other.y);
      if (after > 1) zoom(before / after, (next.x + other.x) / 2, (next.y + other.y) / 2);
    } else {
      const now = view();
      look({ ...now, x: now.x - ((next.x - last.x) / box.clientWidth) * now.w, y: now.y - ((next.y - last.y) / box.clientHeight) * now.h });
    }
    down.set(event.pointerId, next);
  };
  box.onwheel = (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.15 : 0.87, event.offsetX, event.offsetY);
  };
}
