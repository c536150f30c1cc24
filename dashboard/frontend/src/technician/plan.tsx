// The same floor map as the control room's, with what is installed as marks that can be dragged or moved by keys.

import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { named } from "../shared/i18n";
import { controlPath, type ControlIcon } from "../shared/icons";
import type { Point } from "../shared/site";
import { theme } from "../shared/theme";
import { openFloorView, type Eye, type FloorView } from "../console/map/view";
import { Backdrops } from "./backdrops";
import { drags, wantsClick, type World } from "./drag";
import { KINDS, find, fresh, idOf, moved, nameOf, placesOn, roundedAt, withEntry, type Connector, type Kind, type Zone } from "./model";
import * as state from "./state";
import { t } from "./texts";

/** Where something is being dragged to, before it is let go. */
const dragged = signal<{ kind: Kind; id: string; stop: number; at: Point } | null>(null);
export const zoom = signal<"in" | "out" | "fit" | null>(null);
/** Where nothing is drawn, only what hears is in the way. */
const ONLY_GATEWAYS: readonly Kind[] = ["gateways"];
const NUDGE_M = 0.5;
const STRIDE_M = 5;

const ICONS: { [K in Kind]: ControlIcon } = { gateways: "gateway", depots: "pin", spots: "target", zones: "layers", connectors: "lift", homes: "people" };

export function Plan({ children, editable }: { children?: ComponentChildren; editable: boolean }) {
  const target = useRef<HTMLDivElement>(null);
  const over = useRef<SVGSVGElement>(null);
  const eye = useRef<Eye | null>(null);
  useEffect(() => tie(target.current!, over.current!, (next) => (eye.current = next)), []);
  const floor = state.floor.value;
  const world = (event: { clientX: number; clientY: number }): Point => {
    const box = target.current!.getBoundingClientRect();
    const seen = eye.current;
    if (!seen) return [0, 0];
    return [seen.x + (event.clientX - box.left - seen.width / 2) * seen.resolution, seen.y - (event.clientY - box.top - seen.height / 2) * seen.resolution];
  };
  return (
    <main class={`map ${wantsClick.value || state.adding.value ? "placing" : ""}`}>
      <div class="map-target" ref={target} tabIndex={0} role="application" aria-label={t("map.label", { floor: named(floor?.name) })} />
      <svg class="over" ref={over} role="group" aria-label={t("map.objects", { floor: named(floor?.name) })}>
        <g class="world">
          {floor && <Backdrops floor={floor.floor} editable={editable} world={world} />}
          {children}
          {floor && <Marks floor={floor.floor} editable={editable} world={world} />}
        </g>
      </svg>
      {state.adding.value && <p class="map-hint">{t("map.add.hint", { what: t(`kind.${state.adding.value}`) })}</p>}
      <nav class="floors" aria-label={t("map.floors")}>
        {[...(state.site.value?.floors ?? [])].reverse().map((one) => (
          <button key={one.floor} class="floor" data-floor={one.floor} title={named(one.name)} aria-current={one.i === state.floorIndex.value ? "true" : undefined} onClick={() => (state.floorIndex.value = one.i)}>
            {one.floor}
          </button>
        ))}
      </nav>
      <div class="zoom">
        <button onClick={() => (zoom.value = "in")} aria-label={t("map.in")}>
          +
        </button>
        <button onClick={() => (zoom.value = "fit")}>{t("map.fit")}</button>
        <button onClick={() => (zoom.value = "out")} aria-label={t("map.out")}>
          −
        </button>
      </div>
    </main>
  );
}

/** Ties plan and overlay together: what the map shows is a matter of one transform. */
function tie(target: HTMLElement, over: SVGSVGElement, seen: (eye: Eye) => void): () => void {
  const group = over.querySelector<SVGGElement>(".world")!;
  const view: FloorView = openFloorView(target, {
    painted: (eye) => {
      seen(eye);
      const scale = 1 / eye.resolution;
      group.setAttribute("transform", `translate(${eye.width / 2 - eye.x * scale} ${eye.height / 2 + eye.y * scale}) scale(${scale})`);
      over.style.setProperty("--px", String(eye.resolution));
    },
    clicked: (x, y) => clicked([x, y]),
    hovered: () => undefined,
  });
  const stops = [
    effect(() => {
      const floor = state.floor.value;
      if (floor) view.setFloor(floor);
    }),
    effect(() => {
      void theme.value;
      view.restyle();
    }),
    effect(() => {
      const wish = zoom.value;
      if (!wish) return;
      if (wish === "fit") view.fit();
      else view.zoomBy(wish === "in" ? 1 : -1);
      zoom.value = null;
    }),
    effect(() => {
      const wanted = state.wantedView.value;
      if (wanted) view.show(wanted[0], wanted[1]);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    view.dispose();
  };
}

function clicked(at: Point): void {
  const wanted = wantsClick.peek();
  if (wanted) return wanted(roundedAt(at));
  const kind = state.adding.peek();
  const drawing = state.draft.content.peek();
  const floor = state.floor.peek();
  if (!kind || !drawing || !floor) {
    state.chosen.value = null;
    return;
  }
  const above = state.site.peek()?.floors[floor.i + 1]?.floor ?? state.site.peek()?.floors[floor.i - 1]?.floor ?? null;
  const entry = fresh(drawing, kind, floor.floor, at, above);
  state.draft.change(withEntry(drawing, { kind, id: idOf(kind, entry) }, entry));
  state.chosen.value = { kind, id: idOf(kind, entry) };
  state.adding.value = null;
}

function Marks({ floor, editable, world }: { floor: string; editable: boolean; world: World }) {
  const drawing = state.draft.content.value;
  if (!drawing) return null;
  const chosen = state.chosen.value;
  return (
    <>
      {editable && drawing.installed.zones.filter((zone) => zone.floor === floor).map((zone) => (
        <ZoneShape key={zone.zone} zone={shifted(zone)} chosen={chosen?.kind === "zones" && chosen.id === zone.zone} />
      ))}
      {(editable ? KINDS : ONLY_GATEWAYS).flatMap((kind) =>
        drawing.installed[kind].flatMap((entry) =>
          placesOn(kind, entry, floor).map(({ at, stop }) => (
            <MarkOf key={`${kind} ${idOf(kind, entry)} ${stop}`} kind={kind} id={idOf(kind, entry)} stop={stop} at={at} editable={editable} world={world} />
          )),
        ),
      )}
      {editable && chosen?.kind === "zones" && <Corners id={chosen.id} floor={floor} world={world} />}
    </>
  );
}

function shifted(zone: Zone): Zone {
  const drag = dragged.value;
  return drag?.kind === "zones" && drag.id === zone.zone ? (moved("zones", zone, drag.at) as Zone) : zone;
}

const path = (ring: Point[]): string => `M${ring.map(([x, y]) => `${x} ${-y}`).join("L")}Z`;

const ZoneShape = ({ zone, chosen }: { zone: Zone; chosen: boolean }) => (
  <path class={`zone ${chosen ? "chosen" : ""}`} d={[zone.polygon.outer, ...zone.polygon.holes].map(path).join("")} fill-rule="evenodd" />
);

interface MarkProps {
  kind: Kind;
  id: string;
  stop: number;
  at: Point;
  editable: boolean;
  world: World;
}

function MarkOf({ kind, id, stop, at, editable, world }: MarkProps) {
  const chosen = state.chosen.value;
  const drawing = state.draft.content.value!;
  const entry = find(drawing, { kind, id })!;
  const drag = dragged.value;
  const [x, y] = drag?.kind === kind && drag.id === id && drag.stop === stop ? drag.at : at;
  const selected = chosen?.kind === kind && chosen.id === id;
  const health = kind === "gateways" ? state.gateways.value.get(id)?.health?.state : undefined;
  const wrong = state.draft.findings.value.some((one) => one.feature.includes(`(${id})`) || one.feature === id);
  const name = named(nameOf(entry), id);
  const icon: ControlIcon = kind === "connectors" ? (entry as Connector).kind : ICONS[kind];
  const commit = (to: Point, key: string): void => {
    const now = state.draft.content.peek();
    const entryNow = now && find(now, { kind, id });
    if (now && entryNow) state.draft.change(withEntry(now, { kind, id }, moved(kind, entryNow, to, stop)), key);
  };
  return (
    <g
      class={`mark mark-${kind} ${selected ? "chosen" : ""} ${wrong ? "wrong" : ""}`}
      transform={`translate(${x} ${-y})`}
      tabindex={0}
      role="button"
      data-mark={`${kind} ${id}`}
      aria-label={t("map.mark", { what: t(`kind.${kind}`), name, x: x.toFixed(1), y: y.toFixed(1) })}
      aria-pressed={selected}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        state.chosen.value = { kind, id };
        if (editable) drags(event, world, at, (to) => (dragged.value = { kind, id, stop, at: to }), (to) => {
          dragged.value = null;
          if (to) commit(to, "");
        });
      }}
      onFocus={(event) => {
        state.chosen.value = { kind, id };
        // Who comes by keys may not see it yet; who comes by mouse does.
        if (event.currentTarget.matches(":focus-visible")) state.wantedView.value = at;
      }}
      onKeyDown={(event) => {
        const step = ARROWS[event.key];
        if (!step || !editable) return;
        event.preventDefault();
        event.stopPropagation();
        const by = event.shiftKey ? STRIDE_M : NUDGE_M;
        commit([at[0] + step[0] * by, at[1] + step[1] * by], `${kind} ${id} ${stop}`);
      }}
    >
      <g class="glyph">
        <circle r="11" class={health ? `gateway-${health}` : ""} />
        <path d={controlPath(icon)} transform="translate(-8.4 -8.4) scale(0.7)" />
        {selected && <text y="26">{name}</text>}
      </g>
    </g>
  );
}

const ARROWS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
/** Corners of the chosen zone: drag one, press between two for a new one, Delete for one less. */
function Corners({ id, floor, world }: { id: string; floor: string; world: World }) {
  const zone = state.draft.content.value!.installed.zones.find((one) => one.zone === id && one.floor === floor);
  if (!zone) return null;
  const ring = zone.polygon.outer;
  const put = (outer: Point[], key = ""): void => {
    const now = state.draft.content.peek();
    if (now) state.draft.change(withEntry(now, { kind: "zones", id }, { ...zone, polygon: { ...zone.polygon, outer: outer.map(roundedAt) } }), key);
  };
  const replaced = (i: number, to: Point): Point[] => ring.map((corner, at) => (at === i ? to : corner));
  return (
    <>
      {ring.map(([x, y], i) => {
        const [nx, ny] = ring[(i + 1) % ring.length] as Point;
        const between: Point = [(x + nx) / 2, (y + ny) / 2];
        return (
          <g key={i}>
            <circle
              class="corner"
              cx={x}
              cy={-y}
              tabindex={0}
              role="button"
              data-corner={i}
              aria-label={t("map.corner", { n: i + 1, x: x.toFixed(1), y: y.toFixed(1) })}
              onPointerDown={(event) => drags(event, world, [x, y], (to) => put(replaced(i, to), `corner ${id} ${i}`), () => undefined)}
              onKeyDown={(event) => {
                const step = ARROWS[event.key];
                if (step) {
                  event.preventDefault();
                  const by = event.shiftKey ? STRIDE_M : NUDGE_M;
                  put(replaced(i, [x + step[0] * by, y + step[1] * by]), `corner ${id} ${i}`);
                }
                if (event.key === "Delete" && ring.length > 3) put(ring.filter((_, at) => at !== i));
                if (step || event.key === "Delete") event.stopPropagation();
              }}
            />
            <circle class="corner between" cx={between[0]} cy={-between[1]} aria-hidden="true" onPointerDown={(event) => {
              event.stopPropagation();
              put([...ring.slice(0, i + 1), between, ...ring.slice(i + 1)]);
            }} />
          </g>
        );
      })}
    </>
  );
}
