// The floor plan as OpenLayers features: outline, spaces, fixtures, and names where they fit.

import Feature from "ol/Feature";
import Polygon from "ol/geom/Polygon";
import type RenderFeature from "ol/render/Feature";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import { named } from "../../shared/i18n";
import type { FloorJson, Polygon as Rings, SpaceJson } from "../../shared/site";
import { colours } from "./colours";

const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
const LABEL_PX = 11.5;

const FOOD = new Set(["foodservice", "restaurant"]);
const WC = new Set(["restroom", "restroom.male", "restroom.female", "restroom.family", "restroom.unisex", "restroom.wheelchair", "mothersroom", "room"]);
const SERVICE = new Set(["information", "firstaid", "firstaid.room", "security", "lounge"]);
const VOID = new Set(["opentobelow", "nonpublic.void", "void"]);
const OPEN = new Set(["walkway", "lobby", "foyer", "concourse", "unspecified"]);
const CONNECTOR = new Set(["elevator", "escalator", "stairs", "ramp", "movingwalkway", "steps"]);

const ring = (points: [number, number][]): [number, number][] => [...points, points[0] as [number, number]];
const polygon = (rings: Rings): Polygon => new Polygon([ring(rings.outer), ...rings.holes.map(ring)]);

/** All features of a floor in drawing order. */
export function featuresOf(floor: FloorJson): Feature[] {
  const made = [new Feature({ geometry: polygon(floor.outline), part: "outline" })];
  const order = (space: SpaceJson): number => (OPEN.has(space.category) ? 0 : VOID.has(space.category) ? 2 : 1);
  for (const space of [...floor.spaces].sort((a, b) => order(a) - order(b))) {
    made.push(new Feature({ geometry: polygon(space.polygon), part: "space", space }));
  }
  for (const fixture of floor.fixtures) made.push(new Feature({ geometry: polygon(fixture.polygon), part: "fixture" }));
  return made;
}

/** Styles for the ground, made anew when the theme changes. */
export function groundStyle(): (feature: Feature | RenderFeature) => Style {
  const c = colours();
  const area = (fill: string, line: string, width = 1, dash?: number[]): Style =>
    new Style({ fill: new Fill({ color: fill }), stroke: new Stroke({ color: line, width, ...(dash ? { lineDash: dash } : {}) }) });
  const outline = area(c.plate, c.plateLine, 1.6);
  const fixture = area(c.fixture, c.wall, 0.7);
  const open = area(c.plate, c.plate, 0);
  const hole = area(c.void, c.wall, 1.2, [5, 4]);
  const kinds: [Set<string>, Style][] = [
    [OPEN, open],
    [VOID, hole],
    [FOOD, area(c.food, c.wall)],
    [WC, area(c.wc, c.wall)],
    [SERVICE, area(c.service, c.wall)],
    [CONNECTOR, area(c.service, c.wall)],
  ];
  const shop = area(c.shop, c.wall);
  return (feature) => {
    const part = feature.get("part") as string;
    if (part === "outline") return outline;
    if (part === "fixture") return fixture;
    const category = (feature.get("space") as SpaceJson).category;
    return kinds.find(([names]) => names.has(category))?.[1] ?? shop;
  };
}

/** Names that fit their space at this resolution; long ones in two lines. */
export function labelStyle(): (feature: Feature | RenderFeature, resolution: number) => Style | undefined {
  const c = colours();
  const fill = new Fill({ color: c.label });
  const halo = new Stroke({ color: c.labelHalo, width: 2.5 });
  return (feature, resolution) => {
    const space = feature.get("space") as SpaceJson | undefined;
    if (!space?.name || OPEN.has(space.category) || VOID.has(space.category) || CONNECTOR.has(space.category)) return undefined;
    const [x0, y0, x1, y1] = (feature.getGeometry() as Polygon).getExtent() as [number, number, number, number];
    const text = fitted(named(space.name), (x1 - x0) / resolution - 6, (y1 - y0) / resolution - 4);
    if (!text) return undefined;
    return new Style({ text: new Text({ text, font: `${LABEL_PX}px ${FONT}`, fill, stroke: halo, overflow: true }) });
  };
}

const isWide = (code: number): boolean => code > 0x2e7f;

export function textWidthPx(text: string, px: number): number {
  let width = 0;
  for (const char of text) width += isWide(char.codePointAt(0) ?? 0) ? px : px * 0.56;
  return width;
}

/** The text, broken into at most two lines so that it fits; null when it does not. */
function fitted(text: string, width: number, height: number): string | null {
  if (height < LABEL_PX) return null;
  if (textWidthPx(text, LABEL_PX) <= width) return text;
  if (height < 2.4 * LABEL_PX) return null;
  const chars = [...text];
  const middle = chars.length / 2;
  const breaks = chars.map((_, i) => i).filter((i) => i > 0 && (chars[i] === " " || isWide((chars[i] as string).codePointAt(0) ?? 0)));
  breaks.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (breaks[0] === undefined) return null;
  const lines = [chars.slice(0, breaks[0]).join("").trim(), chars.slice(breaks[0]).join("").trim()];
  return lines.every((line) => textWidthPx(line, LABEL_PX) <= width) ? lines.join("\n") : null;
}
