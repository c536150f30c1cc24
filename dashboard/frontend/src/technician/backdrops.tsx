// Floor pictures under the marks: a scan or drawing, moved and scaled until it lies on the plan.

import { signal } from "@preact/signals";
import type { Point } from "../shared/site";
import { ask } from "../shared/ask";
import { drags, wantsClick, type World } from "./drag";
import { rounded, type Backdrop } from "./model";
import * as state from "./state";
import { t } from "./texts";

const moving = signal<{ at: Point } | null>(null);
/** Two clicks on the picture and the distance between them give its scale. */
const scaling = signal<{ floor: string; points: Point[] } | null>(null);
const WIDTH_M = 60;

const of = (floor: string): Backdrop | null => state.draft.content.value?.backdrops.find((one) => one.floor === floor) ?? null;

function put(floor: string, next: Backdrop | null, key = ""): void {
  const now = state.draft.content.peek();
  if (!now) return;
  const others = now.backdrops.filter((one) => one.floor !== floor);
  state.draft.change({ ...now, backdrops: next ? [...others, next] : others }, key);
}

export function Backdrops({ floor, editable, world }: { floor: string; editable: boolean; world: World }) {
  const picture = of(floor);
  if (!picture) return null;
  const [x, y] = moving.value?.at ?? [picture.x_m, picture.y_m];
  return (
    <>
      <image
        class={editable && !wantsClick.value ? "backdrop" : "backdrop fixed"}
        href={`/api/workshop/pictures/${picture.image}`}
        width={picture.width_m}
        height={picture.height_m}
        preserveAspectRatio="none"
        opacity={picture.opacity}
        transform={`translate(${x} ${-y}) rotate(${-picture.rotation_deg}) translate(0 ${-picture.height_m})`}
        onPointerDown={(event) =>
          event.altKey && drags(event, world, [picture.x_m, picture.y_m], (to) => (moving.value = { at: to }), (to) => {
            moving.value = null;
            if (to) put(floor, { ...picture, x_m: rounded(to[0]), y_m: rounded(to[1]) });
          })
        }
      />
      {scaling.value?.floor === floor && scaling.value.points.map(([px, py], i) => <circle key={i} class="corner" cx={px} cy={-py} />)}
    </>
  );
}

/** A picture's own size, from the browser that can show it. */
async function sizeOf(file: Blob): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

async function upload(file: File, floor: string): Promise<void> {
  try {
    const { width, height } = await sizeOf(file);
    const { image } = await ask<{ image: string }>("POST", "/api/workshop/pictures", file);
    const [x0, y0, x1] = state.floor.peek()?.bounds ?? [0, 0, WIDTH_M, WIDTH_M];
    const width_m = rounded(x1 - x0);
    put(floor, { floor, image, x_m: rounded(x0), y_m: rounded(y0), width_m, height_m: rounded((width_m * height) / width), rotation_deg: 0, opacity: 0.6 });
  } catch {
    state.said.value = { tone: "bad", text: t("picture.failed") };
  }
}

function scaled(floor: string): void {
  scaling.value = { floor, points: [] };
  wantsClick.value = (at) => {
    const points = [...(scaling.peek()?.points ?? []), at];
    scaling.value = { floor, points };
    if (points.length === 2) wantsClick.value = null;
  };
}

function rescale(picture: Backdrop, real_m: number): void {
  const [a, b] = scaling.peek()?.points ?? [];
  if (!a || !b || !(real_m > 0)) return;
  const factor = real_m / Math.hypot(a[0] - b[0], a[1] - b[1]);
  // The first point stays where it is.
  const x_m = rounded(a[0] + (picture.x_m - a[0]) * factor);
  const y_m = rounded(a[1] + (picture.y_m - a[1]) * factor);
  put(picture.floor, { ...picture, x_m, y_m, width_m: rounded(picture.width_m * factor), height_m: rounded(picture.height_m * factor) });
  scaling.value = null;
}

/** The picture's part of the side panel. */
export function BackdropForm() {
  const floor = state.floor.value?.floor;
  if (!floor) return null;
  const picture = of(floor);
  const number = (name: "x_m" | "y_m" | "rotation_deg" | "opacity", step: number) => (
    <label>
      {t(`picture.${name}`)}
      <input type="number" step={step} value={picture?.[name]} onChange={(event) => picture && put(floor, { ...picture, [name]: Number(event.currentTarget.value) })} />
    </label>
  );
  return (
    <details class="import">
      <summary>{t("picture.title", { floor })}</summary>
      <label>
        {t("picture.file")}
        <input type="file" accept="image/png,image/jpeg" data-field="picture" onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void upload(file, floor);
        }} />
      </label>
      {picture && (
        <>
          <p class="muted">{t("picture.size", { w: picture.width_m.toFixed(1), h: picture.height_m.toFixed(1) })}</p>
          <div class="pair">
            {number("x_m", 0.1)}
            {number("y_m", 0.1)}
            {number("rotation_deg", 0.5)}
            {number("opacity", 0.1)}
          </div>
          <p class="muted">{t("picture.drag")}</p>
          <div class="buttons">
            <button onClick={() => scaled(floor)} aria-pressed={scaling.value !== null}>
              {t("picture.scale")}
            </button>
            <button onClick={() => put(floor, null)}>{t("picture.remove")}</button>
          </div>
          {scaling.value && <p>{t("picture.scale.hint", { n: scaling.value.points.length })}</p>}
          {scaling.value?.points.length === 2 && (
            <label>
              {t("picture.scale.real")}
              <input type="number" min={0.1} step={0.1} data-field="real" onChange={(event) => rescale(picture, Number(event.currentTarget.value))} />
            </label>
          )}
        </>
      )}
    </details>
  );
}
