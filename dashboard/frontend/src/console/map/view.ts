// The floor map: OpenLayers draws and moves the plan in local metres, our own canvases lie on top.

import type Feature from "ol/Feature";
import OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import View from "ol/View";
import { defaults as interactions } from "ol/interaction/defaults";
import VectorLayer from "ol/layer/Vector";
import Projection from "ol/proj/Projection";
import VectorSource from "ol/source/Vector";
import type { FloorJson } from "../../shared/site";
import { featuresOf, groundStyle, labelStyle } from "./floorlayer";

/** What a painter needs to turn metres into pixels. */
export interface Eye {
  width: number;
  height: number;
  ratio: number;
  /** Metres per CSS pixel. */
  resolution: number;
  x: number;
  y: number;
}

export interface FloorView {
  setFloor(floor: FloorJson): void;
  /** Brings a point into the middle, without changing the scale when it is close enough already. */
  show(x: number, y: number): void;
  /** Puts a point into the middle at once: for who is followed, frame by frame. */
  centre(x: number, y: number): void;
  zoomBy(steps: number): void;
  fit(): void;
  restyle(): void;
  focus(): void;
  eye(): Eye | null;
  dispose(): void;
}

export interface ViewEvents {
  painted(eye: Eye, moving: boolean): void;
  clicked(x: number, y: number, pixel: [number, number]): void;
  hovered(pixel: [number, number] | null): void;
}

const METRES = new Projection({ code: "nearhand:local", units: "m", extent: [-5_000, -5_000, 5_000, 5_000] });
const RESOLUTION_MIN = 0.03;
const RESOLUTION_MAX = 2.5;
const MOVE_MS = 220;

export function openFloorView(target: HTMLElement, events: ViewEvents): FloorView {
  const source = new VectorSource<Feature>();
  const ground = new VectorLayer({ source, style: groundStyle(), updateWhileInteracting: true, updateWhileAnimating: true, renderBuffer: 40 });
  const labels = new VectorLayer({ source, style: labelStyle(), declutter: true });
  const view = new View({
    projection: METRES,
    center: [0, 0],
    resolution: 0.3,
    minResolution: RESOLUTION_MIN,
    maxResolution: RESOLUTION_MAX,
    enableRotation: false,
    constrainResolution: false,
  });
  const map = new OlMap({ target, layers: [ground, labels], view, controls: [], interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }) });
  let shown: FloorJson | null = null;
  let fitted = false;
  let eye: Eye | null = null;

  const moving = (): boolean => view.getInteracting() || view.getAnimating();

  map.on("postrender", (event) => {
    const state = event.frameState;
    if (!state) return;
    const [x, y] = state.viewState.center as [number, number];
    const [width, height] = state.size as [number, number];
    eye = { width, height, ratio: state.pixelRatio, resolution: state.viewState.resolution, x, y };
    events.painted(eye, moving());
  });
  map.on("click", (event: MapBrowserEvent) => {
    const [x, y] = event.coordinate as [number, number];
    events.clicked(x, y, event.pixel as [number, number]);
  });
  map.on("pointermove", (event: MapBrowserEvent) => {
    if (!event.dragging) events.hovered(event.pixel as [number, number]);
  });
  target.addEventListener("pointerleave", () => events.hovered(null));

  function fit(duration = 0): void {
    if (!shown || !map.getSize()) return;
    view.fit(shown.bounds, { padding: [40, 112, 64, 40], duration });
    fitted = true;
  }
  map.on("change:size", () => {
    if (!fitted) fit();
  });

  return {
    setFloor(floor) {
      shown = floor;
      source.clear(true);
      source.addFeatures(featuresOf(floor));
      if (!fitted) fit();
    },
    show(x, y) {
      const size = map.getSize();
      const resolution = view.getResolution() ?? 1;
      if (!size) return;
      const [cx, cy] = view.getCenter() as [number, number];
      const near = Math.abs(x - cx) < size[0]! * resolution * 0.35 && Math.abs(y - cy) < size[1]! * resolution * 0.35;
      if (!near) view.animate({ center: [x, y], duration: MOVE_MS });
    },
    centre(x, y) {
      if (!moving()) view.setCenter([x, y]);
    },
    zoomBy(steps) {
      const resolution = view.getResolution() ?? 1;
      view.animate({ resolution: view.getConstrainedResolution(resolution / 1.5 ** steps) ?? resolution, duration: MOVE_MS });
    },
    fit: () => fit(MOVE_MS),
    restyle() {
      ground.setStyle(groundStyle());
      labels.setStyle(labelStyle());
    },
    focus: () => target.focus(),
    eye: () => eye,
    dispose() {
      map.setTarget(undefined);
      map.dispose();
    },
  };
}
