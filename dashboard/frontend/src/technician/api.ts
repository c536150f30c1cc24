// What the technician's pages get from the server.

import type { About, Finding } from "../shared/draft/drafting";
import type { SiteJson } from "../shared/site";
import type { Drawing } from "./model";

export interface Shown {
  draft: About & { imported: boolean } & Drawing;
  site: SiteJson;
  findings: Finding[];
}

export interface Mark {
  at: number;
  floor: string;
  x_m: number;
  y_m: number;
}

export type Waypoint = Omit<Mark, "at">;

export interface Walk {
  walk_id: string;
  by: string;
  started_at: number;
  stopped_at: number | null;
  device_id: string;
  device_class: string;
  title: string;
  height_m: number;
  route: Waypoint[];
  marks: Mark[];
}

export interface WalkState {
  walk: Walk;
  readings: number;
  gateways: Record<string, number>;
  coverage: { floor: string; x_m: number; y_m: number; gateways: number; best_dbm: number }[];
}

export interface Figures {
  mean_m: number;
  p90_m: number;
  floor_right: number;
}

export interface Assessment {
  state: "none" | "running" | "done" | "failed";
  reason: string;
  floors: { floor: string; spots: number; before: Figures | null; after: Figures | null }[];
  spots: { floor: string; x_m: number; y_m: number; before_m: number | null; after_m: number | null }[];
  gateways: { gateway: string; power_dbm: number; path_loss_exponent: number; misfit_db: number; spots: number; change_db: number | null; moved: boolean }[];
}

export interface InUse {
  revision: number;
  title: string;
  spots: number;
  gateways: number;
  former: boolean;
}

export interface TagLine {
  line: number;
  device_id: string;
  kind: string;
  subject: string;
  device_class: string;
  problem: string;
  other: string;
}
