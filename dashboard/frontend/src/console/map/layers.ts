// What the map shows besides people and calls: switchable layers, ways, and the call being written.

import { signal } from "@preact/signals";
import type { Place } from "../../shared/protocol";
import type { RouteJson } from "../../shared/site";

export const layers = signal({ gateways: false, depots: true, crowd: true });

/** Ways by unit, of the selected call's helpers or the selected unit. */
export const routes = signal<ReadonlyMap<string, RouteJson>>(new Map());

/** A call being written, or an open call being moved; null when there is none. */
export interface Draft {
  /** The call to move, null for a new one. */
  moves: string | null;
  service: string | null;
  place: Place | null;
  note: string;
}

export const draft = signal<Draft | null>(null);

/** A gateway that is being put on the map; null when there is none. */
export const hanging = signal<{ gateway: string; place: Place | null } | null>(null);
