// A small map: where you are and where your helper is.

import { svg } from "./dom";
import type { Status } from "./api";

const VIEW_M = 46;
let loaded = "";

/** Fills the box with the floor's plan once, then only moves the dots. */
export async function showPlan(box: HTMLElement, status: Status): Promise<void> {
  const { floor, x_m: x, y_m: y } = status.place;
  const url = `/floors/${encodeURIComponent(floor)}.svg`;
  if (loaded !== url || !box.firstChild) {
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const drawing = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    box.textContent = "";
    box.append(document.importNode(drawing, true));
    loaded = url;
  }
  const helper = status.helper_place && status.helper_place.floor === floor ? status.helper_place : null;
  const far = helper ? Math.max(Math.abs(helper.x_m - x), Math.abs(helper.y_m - y) * 1.6) * 2.3 : 0;
  const w = Math.max(VIEW_M, far);
  box.querySelector("svg")?.setAttribute("viewBox", `${x - w / 2} ${-y - w / 3.2} ${w} ${w / 1.6}`);
  const r = w / 34;
  const dots: Node[] = [svg("circle", { cx: x, cy: -y, r: r * 1.7, class: "here-ring" }), svg("circle", { cx: x, cy: -y, r, class: "here" })];
  if (helper) dots.push(svg("circle", { cx: helper.x_m, cy: -helper.y_m, r: r * 1.2, class: "helper" }));
  const overlay = box.querySelector(".overlay");
  if (!overlay) return;
  overlay.textContent = "";
  overlay.append(...dots);
}
