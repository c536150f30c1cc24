// What the map editor changes: plain data, each change a new value, so that undo is going back to an old one.

import type { Name } from "../shared/i18n";
import type { ConnectorJson, DepotJson, Point, Polygon, SpotJson } from "../shared/site";

export interface Gateway {
  gateway: string;
  floor: string;
  x_m: number;
  y_m: number;
  height_m: number;
  vendor_format: string;
  address: string;
}

export interface Zone {
  zone: string;
  floor: string;
  polygon: Polygon;
  name: Name;
}

export interface Connector extends ConnectorJson {
  wait_s: number;
  seconds_per_floor: number;
}

export interface Home {
  unit_id: string;
  home_floor: string;
  home: Point;
}

export interface Backdrop {
  floor: string;
  image: string;
  x_m: number;
  y_m: number;
  width_m: number;
  height_m: number;
  rotation_deg: number;
  opacity: number;
}

export interface Installed {
  gateways: Gateway[];
  depots: DepotJson[];
  spots: SpotJson[];
  zones: Zone[];
  connectors: Connector[];
  homes: Home[];
}

export type Kind = keyof Installed;
export const KINDS: readonly Kind[] = ["gateways", "depots", "spots", "zones", "connectors", "homes"];
export const ID: { [K in Kind]: string } = { gateways: "gateway", depots: "depot", spots: "spot", zones: "zone", connectors: "connector_id", homes: "unit_id" };

/** Everything a step of undo gives back. */
export interface Drawing {
  installed: Installed;
  backdrops: Backdrop[];
}

export interface Chosen {
  kind: Kind;
  id: string;
}

type Entry = Installed[Kind][number];

export const idOf = (kind: Kind, entry: Entry): string => (entry as unknown as Record<string, string>)[ID[kind]] as string;

export const find = (drawing: Drawing, { kind, id }: Chosen): Entry | null =>
  (drawing.installed[kind] as Entry[]).find((entry) => idOf(kind, entry) === id) ?? null;

export function nameOf(entry: Entry): Name | null {
  return "name" in entry ? entry.name : null;
}

/** Where an entry is on a floor; several places for what joins floors there. */
export function placesOn(kind: Kind, entry: Entry, floor: string): { at: Point; stop: number }[] {
  if (kind === "connectors") {
    return (entry as Connector).stops.flatMap((stop, i) => (stop.floor === floor ? [{ at: stop.at, stop: i }] : []));
  }
  if (floorOf(kind, entry) !== floor) return [];
  return [{ at: placeOf(kind, entry), stop: 0 }];
}

export function floorOf(kind: Kind, entry: Entry): string {
  if (kind === "homes") return (entry as Home).home_floor;
  if (kind === "connectors") return (entry as Connector).stops[0]?.floor ?? "";
  return (entry as Gateway).floor;
}

export function placeOf(kind: Kind, entry: Entry, stop = 0): Point {
  if (kind === "homes") return (entry as Home).home;
  if (kind === "connectors") return (entry as Connector).stops[stop]?.at ?? [0, 0];
  if (kind === "zones") return middle((entry as Zone).polygon.outer);
  const { x_m, y_m } = entry as Gateway;
  return [x_m, y_m];
}

const middle = (ring: Point[]): Point => {
  const sum = ring.reduce<Point>(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / ring.length, sum[1] / ring.length];
};

/** To the decimetre: nobody measures better, and diffs read well. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;
export const roundedAt = ([x, y]: Point): Point => [rounded(x), rounded(y)];

/** The entry at another place. */
export function moved(kind: Kind, entry: Entry, at: Point, stop = 0): Entry {
  const [x, y] = roundedAt(at);
  if (kind === "homes") return { ...(entry as Home), home: [x, y] };
  if (kind === "connectors") {
    const connector = entry as Connector;
    return { ...connector, stops: connector.stops.map((one, i) => (i === stop ? { ...one, at: [x, y] } : one)) };
  }
  if (kind === "zones") {
    const zone = entry as Zone;
    const [mx, my] = middle(zone.polygon.outer);
    const shifted = (ring: Point[]): Point[] => ring.map(([px, py]) => roundedAt([px + at[0] - mx, py + at[1] - my]));
    return { ...zone, polygon: { outer: shifted(zone.polygon.outer), holes: zone.polygon.holes.map(shifted) } };
  }
  return { ...(entry as Gateway), x_m: x, y_m: y };
}

/** With one entry replaced, added (`id` new) or removed (`entry` null). */
export function withEntry(drawing: Drawing, { kind, id }: Chosen, entry: Entry | null): Drawing {
  const rows = drawing.installed[kind] as Entry[];
  const at = rows.findIndex((row) => idOf(kind, row) === id);
  const next = at < 0 ? (entry ? [...rows, entry] : rows) : entry ? rows.map((row, i) => (i === at ? entry : row)) : rows.filter((_, i) => i !== at);
  return { ...drawing, installed: { ...drawing.installed, [kind]: next } };
}

const PREFIX: { [K in Kind]: string } = { gateways: "gw", depots: "d", spots: "q", zones: "z", connectors: "way", homes: "u" };

/** The next id of its kind on a floor that nobody has: `gw-L1-07`. */
export function freeId(drawing: Drawing, kind: Kind, floor: string): string {
  const taken = new Set((drawing.installed[kind] as Entry[]).map((entry) => idOf(kind, entry)));
  for (let n = 1; ; n++) {
    const id = `${PREFIX[kind]}-${floor}-${String(n).padStart(2, "0")}`;
    if (!taken.has(id)) return id;
  }
}

const ZONE_M = 4;

/** A new entry at a place. `above`: the floor that a way leads to. */
export function fresh(drawing: Drawing, kind: Exclude<Kind, "homes">, floor: string, at: Point, above: string | null): Entry {
  const id = freeId(drawing, kind, floor);
  const [x, y] = roundedAt(at);
  const name = { zh: id, en: id };
  switch (kind) {
    case "gateways":
      return { gateway: id, floor, x_m: x, y_m: y, height_m: 3, vendor_format: "auto", address: "" };
    case "depots":
      return { depot: id, kind: "depot", name, floor, x_m: x, y_m: y, stock: {} };
    case "spots":
      return { spot: id, floor, x_m: x, y_m: y, name };
    case "zones": {
      const outer: Point[] = [[x - ZONE_M, y - ZONE_M], [x + ZONE_M, y - ZONE_M], [x + ZONE_M, y + ZONE_M], [x - ZONE_M, y + ZONE_M]].map((p) => roundedAt(p as Point));
      return { zone: id, floor, polygon: { outer, holes: [] }, name };
    }
    case "connectors": {
      const floors = above ? [floor, above] : [floor];
      return { connector_id: id, kind: "lift", name, stops: floors.map((one) => ({ floor: one, at: [x, y] as Point })), both_ways: true, wheels: true, fire_safe: false, wait_s: 35, seconds_per_floor: 8 };
    }
  }
}
