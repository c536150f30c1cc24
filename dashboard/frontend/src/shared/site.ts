// The site as the server sends it (docs/screens-api.md), and questions about it.

import type { Name } from "./i18n";
import type { Place } from "./protocol";
import type { Shape } from "./shapes";

export type Point = [number, number];
export interface Polygon {
  outer: Point[];
  holes: Point[][];
}

export interface SpaceJson {
  space_id: string;
  category: string;
  name: Name | null;
  polygon: Polygon;
  walkable: boolean;
}

export interface FloorJson {
  i: number;
  floor: string;
  ordinal: number;
  name: Name;
  elevation_m: number;
  outline: Polygon;
  bounds: [number, number, number, number];
  spaces: SpaceJson[];
  doors: { a: Point; b: Point; exit: boolean }[];
  fixtures: { category: string; polygon: Polygon }[];
}

export interface ConnectorJson {
  connector_id: string;
  kind: "stairs" | "escalator" | "lift" | "ramp";
  name: Name | null;
  stops: { floor: string; at: Point }[];
  both_ways: boolean;
  wheels: boolean;
  fire_safe: boolean;
}

export interface ServiceJson {
  service: string;
  name: Name;
  priority: number;
  icon: string;
  customer: boolean;
  offer_timeout_s: number;
  needs: { role: string; target_s: number; item: string | null; skills: string[]; on_scene_s: number; promises: { share: number; within_s: number }[] }[];
  checklist: Name[];
  ladder: { after_share: number; to: string }[];
}

export interface StaffJson {
  unit_id: string;
  name: Name;
  roles: string[];
  skills: string[];
  /** Items on the belt. */
  carries: string[];
  home_floor: string;
  home: Point;
}

export interface DepotJson {
  depot: string;
  kind: "depot" | "emergency_box";
  name: Name;
  floor: string;
  x_m: number;
  y_m: number;
  stock: Record<string, number>;
}

export interface SpotJson {
  spot: string;
  floor: string;
  x_m: number;
  y_m: number;
  name: Name;
}

export interface SiteJson {
  site: string;
  name: Name;
  timezone: string;
  rev: number;
  floors: FloorJson[];
  connectors: ConnectorJson[];
  gateways: { gateway: string; floor: string; x_m: number; y_m: number; height_m: number; vendor_format: string }[];
  depots: DepotJson[];
  spots: SpotJson[];
  zones: { zone: string; floor: string; polygon: Polygon; name: Name }[];
  services: ServiceJson[];
  items: { item: string; name: Name; wheels: boolean; loan_s: number | null; spares: number }[];
  roles: { role: string; name: Name; shape: Shape }[];
  staff: StaffJson[];
}

export interface RouteJson {
  unit_id: string;
  target: Place | null;
  seconds: number | null;
  legs: {
    floor: string;
    floor_i: number;
    kind: string;
    points: Point[];
    seconds: number;
    connector: { connector_id: string; kind: ConnectorJson["kind"]; name: Name | null } | null;
  }[];
}

/** Is the point inside the ring? Even-odd rule. */
export function inRing(x: number, y: number, ring: Point[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as Point;
    const [xj, yj] = ring[j] as Point;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function distanceToRing(x: number, y: number, ring: Point[]): number {
  let best = Infinity;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[j] as Point;
    const [bx, by] = ring[i] as Point;
    const dx = bx - ax;
    const dy = by - ay;
    const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    best = Math.min(best, Math.hypot(ax + t * dx - x, ay + t * dy - y));
  }
  return best;
}

/** There are several of each, so a shop nearby says more. */
const MANY_OF_THEM = new Set(["elevator", "escalator", "stairs", "steps", "ramp", "movingwalkway", "structure", "nonpublic", "opentobelow"]);

/** What a person would call this point: the space it is in, or the nearest named one within 25 m. */
export function placeName(floor: FloorJson, x: number, y: number): { name: Name; inside: boolean } | null {
  let best: { name: Name; inside: boolean } | null = null;
  let bestDistance = 25;
  for (const space of floor.spaces) {
    if (!space.name) continue;
    if (inRing(x, y, space.polygon.outer) && !space.polygon.holes.some((hole) => inRing(x, y, hole))) {
      if (space.category !== "walkway" && space.category !== "opentobelow") return { name: space.name, inside: true };
      continue;
    }
    if (space.category === "walkway") continue;
    const distance = distanceToRing(x, y, space.polygon.outer) + (MANY_OF_THEM.has(space.category) ? 8 : 0);
    if (distance < bestDistance) [best, bestDistance] = [{ name: space.name, inside: false }, distance];
  }
  return best;
}
