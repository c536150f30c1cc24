// C1, middle: the floor map with its floor switch, layers, legend, and the same things as a table.

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../shared/clock";
import { clockTime, lang, named } from "../shared/i18n";
import { Icon, RoleShape } from "../shared/icon";
import { theme } from "../shared/theme";
import { assignToCall, following, goToFloor, refreshRoutes, reveal, select, wantedView } from "./actions";
import { unacknowledged } from "./alarms";
import { dots } from "./dots";
import { lastHeard, link } from "./feed";
import { floorForDigit, zoomWish } from "./keys";
import { Blitter } from "./map/blit";
import { draft, hanging, layers } from "./map/layers";
import { Marks, type Hit } from "./map/marks";
import { openFloorView, type Eye, type FloorView } from "./map/view";
import { DRAGGED_CALL } from "./queue";
import { stackShown } from "./stack";
import * as state from "./state";
import { coded, t } from "./texts";
import { colourOf, placeText, roleName, serviceName, stateText, unitName } from "./words";

/** Between pans people move slowly: a new frame is due when a walker has come this far on the screen. */
const STEP_PX = 0.7;
const WALK_MPS = 1.3;
const FRAME_MIN_MS = 45;
const FRAME_MAX_MS = 120;
const ROUTES_EVERY_MS = 4_000;
const SNAP_M = 6;
/** The words beside the pointer stay this far from the edge. */
const TIP_MARGIN_PX = 6;

export function MapPanel() {
  const target = useRef<HTMLDivElement>(null);
  const blit = useRef<HTMLCanvasElement>(null);
  const top = useRef<HTMLCanvasElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => run(target.current!, blit.current!, top.current!, tip.current!), []);
  const floor = state.floor.value;
  return (
    <main class={`map ${isStale() ? "stale" : isCalm() ? "calm" : ""} ${draft.value || hanging.value ? "placing" : ""}`}>
      <div class="map-target" ref={target} tabIndex={0} role="application" aria-label={t("map.label", { floor: named(floor?.name) })} />
      <canvas class="map-canvas" ref={blit} />
      <canvas class="map-canvas" ref={top} />
      <div class="map-tip" ref={tip} role="tooltip" hidden />
      <StaleBanner />
      {draft.value && <p class="map-hint">{t(draft.value.moves ? "call.move.hint" : "call.place.hint")}</p>}
      {hanging.value && <p class="map-hint">{t("gw.place.hint")}</p>}
      {following.value && (
        <p class="map-hint">
          {t("staff.following", { name: unitName(following.value) })} {wayOver(following.value)} <kbd>Esc</kbd>
        </p>
      )}
      <FloorSwitch />
      <MapButtons />
      <Legend />
      <Twin />
    </main>
  );
}

const isStale = (): boolean => link.value === "late" || link.value === "down";

/** Nobody needs anything and nothing is looked at: the plan steps back, so that the next call stands out. */
const isCalm = (): boolean =>
  !state.past.value && state.openCalls.value.length === 0 && unacknowledged.value.length === 0 && !state.selection.value && !draft.value && !hanging.value;

/** What is shown is no longer live. */
export function StaleBanner() {
  if (!isStale()) return null;
  return (
    <div class="stale-banner" role="alert">
      <strong>{t("link.banner", { time: lastHeard.value ? clockTime(lastHeard.value, true, state.site.value?.timezone) : "" })}</strong>
      <span>{t("link.banner.more")}</span>
    </div>
  );
}

/** Ties the map to the state; undone by what it returns. */
function run(target: HTMLElement, blitCanvas: HTMLCanvasElement, topCanvas: HTMLCanvasElement, tip: HTMLElement): () => void {
  const blitter = new Blitter(blitCanvas);
  const marks = new Marks(topCanvas);
  let hovered: Hit | null = null;
  let painted = 0;
  let dirty = true;
  let revision = -1;
  let frame = 0;

  const paint = (eye: Eye): void => {
    const at = performance.now();
    blitter.paint(eye, at);
    marks.paint(eye, at, hovered?.id ?? null);
    painted = at;
    dirty = false;
    revision = dots.revision;
  };
  const view = openFloorView(target, {
    painted: paint,
    clicked: (x, y, pixel) => clicked(marks, x, y, pixel),
    hovered: (pixel) => {
      hovered = pixel ? hit(marks, pixel) : null;
      showTip(tip, hovered);
      target.style.cursor = hovered ? "pointer" : "";
      dirty = true;
    },
  });
  const loop = (): void => {
    frame = requestAnimationFrame(loop);
    const at = performance.now();
    const eye = view.eye();
    if (!eye || document.hidden) return;
    const due = Math.min(FRAME_MAX_MS, Math.max(FRAME_MIN_MS, (STEP_PX * eye.resolution * 1e3) / WALK_MPS));
    if (at - painted < (dirty ? FRAME_MIN_MS : due)) return;
    if (following.peek()) keepInMiddle(view, at);
    if ( (dirty || revision !== dots.revision || dots.moving(at))) paint(eye);
  };
  frame = requestAnimationFrame(loop);
  const under = (event: DragEvent): Hit | null => {
    const box = target.getBoundingClientRect();
    const found = hit(marks, [event.clientX - box.left, event.clientY - box.top]);
    return found?.kind === "unit" ? found : null;
  };
  target.ondragover = (event) => {
    if (!event.dataTransfer?.types.includes(DRAGGED_CALL)) return;
    event.preventDefault();
    hovered = under(event);
    showTip(tip, hovered);
    dirty = true;
  };
  target.ondrop = (event) => {
    const callId = event.dataTransfer?.getData(DRAGGED_CALL);
    const person = under(event);
    showTip(tip, null);
    if (callId && person) assignToCall(callId, person.id);
  };
  const stops = [...bind(view), effect(() => {
    void [state.selection.value, state.openCalls.value, state.gateways.value, state.closures.value, layers.value, draft.value, hanging.value, now.value, lang.value, theme.value];
    dirty = true;
  })];
  return () => {
    cancelAnimationFrame(frame);
    for (const stop of stops) stop();
    view.dispose();
  };
}

/** Effects that move or redraw the plan when the state asks for it. */
function bind(view: FloorView): (() => void)[] {
  const timer = setInterval(() => void refreshRoutes(), ROUTES_EVERY_MS);
  return [
    effect(() => {
      const floor = state.floor.value;
      if (floor) view.setFloor(floor);
    }),
    effect(() => {
      void [theme.value, lang.value];
      view.restyle();
    }),
    effect(() => {
      const wanted = wantedView.value;
      if (wanted) view.show(wanted.x, wanted.y);
    }),
    effect(() => {
      const wish = zoomWish.value;
      if (!wish) return;
      if (wish === "fit") view.fit();
      else view.zoomBy(wish === "in" ? 1 : -1);
      zoomWish.value = null;
    }),
    effect(() => {
      void [state.selection.value, state.selectedCall.value?.version, state.selectedUnit.value?.version];
      void refreshRoutes();
    }),
    effect(() => {
      // Who is followed may change floors.
      const unit = following.value;
      const where = unit ? state.places.value.get(unit) : undefined;
      if (unit && where && where.floor_i !== state.floorIndex.peek()) reveal({ kind: "unit", id: unit });
    }),
    () => clearInterval(timer),
  ];
}

function keepInMiddle(view: FloorView, at: number): void {
  const slot = dots.find(following.peek() ?? "");
  if (slot >= 0) view.centre(dots.x(slot, at), dots.y(slot, at));
}

function hit(marks: Marks, [x, y]: [number, number]): Hit | null {
  let best: Hit | null = null;
  let bestDistance = Infinity;
  for (const one of marks.hits) {
    const distance = Math.hypot(one.x - x, one.y - y) - (one.kind === "call" ? 6 : 0);
    if (distance < one.radius && distance < bestDistance) [best, bestDistance] = [one, distance];
  }
  return best;
}

function clicked(marks: Marks, x: number, y: number, pixel: [number, number]): void {
  const floor = state.floor.peek();
  const current = draft.peek();
  if (current && floor) {
    const spot = state.site.peek()?.spots.find((one) => one.floor === floor.floor && Math.hypot(one.x_m - x, one.y_m - y) < SNAP_M);
    const at = spot ? { x_m: spot.x_m, y_m: spot.y_m } : { x_m: Math.round(x * 10) / 10, y_m: Math.round(y * 10) / 10 };
    draft.value = { ...current, place: { floor: floor.floor, ...at, spot: spot?.spot ?? null } };
    return;
  }
  const gateway = hanging.peek();
  if (gateway && floor) {
    hanging.value = { ...gateway, place: { floor: floor.floor, x_m: Math.round(x * 10) / 10, y_m: Math.round(y * 10) / 10, spot: null } };
    return;
  }
  const found = hit(marks, pixel);
  select(found ? { kind: found.kind, id: found.id } : null);
}

function showTip(tip: HTMLElement, found: Hit | null): void {
  tip.hidden = !found;
  if (!found) return;
  tip.textContent = tipText(found);
  const right = (tip.parentElement?.clientWidth ?? Infinity) - tip.offsetWidth - TIP_MARGIN_PX;
  tip.style.left = `${Math.max(0, Math.min(found.x + 16, right))}px`;
  tip.style.top = `${found.y + 14}px`;
}

function tipText({ kind, id }: Hit): string {
  if (kind === "unit") {
    const unit = state.units.peek().get(id);
    return `${unitName(id)} · ${roleName(unit?.roles[0] ?? "")} · ${coded("status", unit?.status ?? "")}`;
  }
  if (kind === "gateway") return `${id} · ${coded("gw", state.gateways.peek().get(id)?.health?.state ?? "unknown")}`;
  const call = state.calls.peek().get(id);
  return call ? `${serviceName(call.service)} · ${placeText(call.place)} · ${stateText(call)}` : id;
}

/** `L1 → L3` of somebody who is on the way to another floor. */
function wayOver(unitId: string): string {
  const here = state.places.value.get(unitId)?.floor;
  const there = state.units.value.get(unitId)?.target?.floor;
  return here && there && here !== there ? `· ${here} → ${there}` : "";
}

function FloorSwitch() {
  const floors = state.site.value?.floors ?? [];
  const digits = new Map(Array.from({ length: 10 }, (_, digit) => [floorForDigit(digit), digit]));
  // The sign of whoever is followed moves from floor to floor with them.
  const followedOn = following.value ? state.places.value.get(following.value)?.floor : undefined;
  return (
    <nav class="floors" aria-label={t("stack.title")}>
      <button class="floor all" onClick={() => (stackShown.value = true)} title={`${t("map.stack")} (Space)`} aria-label={t("map.stack")}>
        <Icon name="layers" size={20} />
      </button>
      {[...floors].reverse().map((floor) => {
        const at = state.floorStates.value[floor.i];
        const sla = at?.worst ? state.slaNow(at.worst) : null;
        return (
          <button
            key={floor.floor}
            class="floor"
            data-floor={floor.floor}
            aria-current={floor.i === state.floorIndex.value ? "true" : undefined}
            title={`${named(floor.name)}${digits.has(floor.i) ? ` (${digits.get(floor.i)})` : ""}`}
            onClick={() => goToFloor(floor.i)}
          >
            <strong>{floor.floor}</strong>
            {floor.floor === followedOn && <i class="followed" title={t("staff.following", { name: unitName(following.value) })} />}
            {sla && at ? (
              <span class={`floor-calls sla-${at.worst?.priority === 1 && sla.kind !== "met" ? "late" : sla.kind}`}>{at.open}</span>
            ) : (
              <span class="floor-calls none">·</span>
            )}
          </button>
        );
      })}
    </nav>
  );
}

function MapButtons() {
  const toggle = (layer: "gateways" | "depots"): void => {
    layers.value = { ...layers.value, [layer]: !layers.value[layer] };
  };
  return (
    <div class="map-buttons">
      <button aria-pressed={layers.value.gateways} onClick={() => toggle("gateways")} title={`${t("map.gateways")} (X)`}>
        <Icon name="gateway" size={18} /> <span>{t("map.gateways")}</span>
      </button>
      <button aria-pressed={layers.value.depots} onClick={() => toggle("depots")} title={t("map.depots")}>
        <Icon name="pin" size={18} /> <span>{t("map.depots")}</span>
      </button>
      <span class="zoom">
        <button onClick={() => (zoomWish.value = "in")} aria-label={t("map.zoomIn")}>
          +
        </button>
        <button onClick={() => (zoomWish.value = "fit")} title="Z">
          {t("map.fit")}
        </button>
        <button onClick={() => (zoomWish.value = "out")} aria-label={t("map.zoomOut")}>
          −
        </button>
      </span>
    </div>
  );
}

function Legend() {
  const ink = "currentColor";
  return (
    <details class="legend" open={innerWidth > 1500}>
      <summary>{t("map.legend")}</summary>
      <ul>
        {(state.site.value?.roles ?? []).map((role) => (
          <li key={role.role}>
            <RoleShape shape={role.shape} colour={colourOf(role.role)} /> {named(role.name)}
          </li>
        ))}
        <li>
          <svg width="14" height="14" viewBox="-10 -10 20 20" aria-hidden="true">
            <circle r="8" fill={ink} />
            <circle r="3.4" class="legend-core" />
          </svg>
          {t("map.legend.busy")}
        </li>
        <li>
          <RoleShape shape="circle" colour={ink} hollow /> {t("map.legend.stale")}
        </li>
        <li>
          <svg width="14" height="14" viewBox="-10 -10 20 20" aria-hidden="true">
            <circle r="4.5" fill="none" stroke={ink} stroke-width="2.5" />
          </svg>
          {t("map.legend.customer")}
        </li>
        <li>
          <svg width="14" height="14" viewBox="-10 -10 20 20" aria-hidden="true">
            <rect x="-4" y="-4" width="8" height="8" fill={ink} />
          </svg>
          {t("map.legend.asset")}
        </li>
      </ul>
    </details>
  );
}

/** The map's twin for those who do not see it: the same things in the same order, reachable by Tab. */
function Twin() {
  const floor = state.floor.value;
  if (!floor) return null;
  const here = [...state.places.value.values()].filter((where) => where.floor === floor.floor);
  return (
    <section class="visually-hidden" aria-label={t("map.table")}>
      <ul>
        {state.openCalls.value
          .filter((call) => call.place.floor === floor.floor)
          .map((call) => (
            <li key={call.call_id}>
              <button tabIndex={-1} onClick={() => select({ kind: "call", id: call.call_id })}>
                {serviceName(call.service)} {placeText(call.place)} {stateText(call)}
              </button>
            </li>
          ))}
        {here.map((where) => (
          <li key={where.unit_id}>
            <button tabIndex={-1} onClick={() => select({ kind: "unit", id: where.unit_id })}>
              {unitName(where.unit_id)} {coded("status", state.units.value.get(where.unit_id)?.status ?? "")}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
