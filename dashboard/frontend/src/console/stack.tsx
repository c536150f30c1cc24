// C2: all floors at once, tilted, each with its open calls, its most pressing ring and its free people.

import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { lang, named } from "../shared/i18n";
import { Ring } from "../shared/ring";
import type { FloorJson } from "../shared/site";
import { goToFloor } from "./actions";
import * as state from "./state";
import { t } from "./texts";
import { colourOf } from "./words";

export const stackShown = signal(false);

/** Floor pictures come once; they are the same for everybody and never change within a revision. */
const plans = new Map<string, Promise<string>>();

function plan(floor: FloorJson): Promise<string> {
  const url = `/floors/${encodeURIComponent(floor.floor)}.svg?rev=${state.site.peek()?.rev ?? 0}`;
  let asked = plans.get(url);
  if (!asked) {
    asked = fetch(url).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(url))));
    asked.catch(() => plans.delete(url));
    plans.set(url, asked);
  }
  return asked;
}

export function Stack() {
  const floors = state.site.value?.floors ?? [];
  return (
    <div class="stack" role="dialog" aria-label={t("stack.title")}>
      <p class="stack-hint muted">{t("stack.hint")}</p>
      <ol class={`stack-floors floors-${Math.min(8, floors.length)}`}>
        {[...floors].reverse().map((floor) => (
          <FloorSlice key={floor.floor} floor={floor} />
        ))}
      </ol>
    </div>
  );
}

function FloorSlice({ floor }: { floor: FloorJson }) {
  const at = state.floorStates.value[floor.i];
  const worst = at?.worst;
  return (
    <li>
      <button
        class="slice"
        aria-current={state.floorIndex.value === floor.i ? "true" : undefined}
        onClick={() => {
          stackShown.value = false;
          goToFloor(floor.i);
        }}
      >
        <Plan floor={floor} />
        <span class="slice-text">
          <strong>{floor.floor}</strong>
          <span class="muted">{named(floor.name)}</span>
          <span>{t("map.open", { n: at?.open ?? 0 })}</span>
          <span class="muted">{t("map.free", { n: at?.free ?? 0 })}</span>
        </span>
        <span class="slice-ring">{worst && <Ring sla={state.slaNow(worst)} size={60} />}</span>
      </button>
    </li>
  );
}

const SVG = "http://www.w3.org/2000/svg";

/** The server's drawing with people and calls on its empty overlay. */
function Plan({ floor }: { floor: FloorJson }) {
  const box = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    plan(floor).then(
      (svg) => {
        const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
        if (gone || !box.current) return;
        box.current.replaceChildren(document.importNode(parsed, true));
        stop = effect(() => overlay(box.current?.querySelector(".overlay"), floor));
      },
      () => undefined,
    );
    return () => {
      gone = true;
      stop?.();
    };
  }, [floor.floor]);
  return <span class={`plan lang-${lang.value}`} ref={box} aria-hidden="true" />;
}

function overlay(layer: Element | null | undefined, floor: FloorJson): void {
  if (!layer) return;
  const marks: Element[] = [];
  // The same size on the screen in a small mall and in a large one.
  const unit = (floor.bounds[2] - floor.bounds[0]) / 150;
  const circle = (x: number, y: number, r: number, fill: string, kind: string): void => {
    const made = document.createElementNS(SVG, "circle");
    for (const [key, value] of Object.entries({ cx: x, cy: -y, r, fill, class: kind })) made.setAttribute(key, String(value));
    marks.push(made);
  };
  for (const where of state.places.value.values()) {
    if (where.floor !== floor.floor) continue;
    const person = state.units.value.get(where.unit_id);
    if (person && person.status !== "off_duty") circle(where.x_m, where.y_m, unit, colourOf(person.roles[0] ?? ""), "stack-unit");
  }
  for (const call of state.openCalls.value) {
    if (call.place.floor !== floor.floor) continue;
    const kind = state.slaNow(call).kind;
    circle(call.place.x_m, call.place.y_m, unit * 2.8, "none", `stack-call ${call.priority === 1 ? "late" : kind}`);
  }
  layer.replaceChildren(...marks);
}
