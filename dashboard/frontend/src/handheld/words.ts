// How places, things and ways are called on the handheld.

import { named } from "../shared/i18n";
import type { Place } from "../shared/protocol";
import { placeName, type RouteJson } from "../shared/site";
import * as state from "./state";
import { t } from "./texts";

export const serviceName = (id: string): string => named(state.site.value?.services.find((one) => one.service === id)?.name, id);
export const serviceIcon = (id: string): string => state.site.value?.services.find((one) => one.service === id)?.icon || id;
export const itemName = (id: string | null): string => (id ? named(state.site.value?.items.find((one) => one.item === id)?.name, id) : "");
export const depotName = (id: string | null): string => (id ? named(state.site.value?.depots.find((one) => one.depot === id)?.name, id) : "");

export function spotName(place: Pick<Place, "floor" | "x_m" | "y_m"> & { spot?: string | null }): string {
  const site = state.site.value;
  const spot = place.spot ? site?.spots.find((one) => one.spot === place.spot) : undefined;
  if (spot) return named(spot.name);
  const floor = site?.floors.find((one) => one.floor === place.floor);
  const found = floor ? placeName(floor, place.x_m, place.y_m) : null;
  return found ? named(found.name) : place.floor;
}

/** A call for help of a colleague says so in words; every other note is as it was written. */
export function noteText(note: string): string {
  const [sos, unitId = "", quiet] = note.split(" ");
  return sos === "SOS" ? t(quiet ? "note.sos.quiet" : "note.sos", { who: unitId }) : note;
}

type Leg = RouteJson["legs"][number];

function metres(leg: Leg): number {
  let sum = 0;
  leg.points.forEach((point, i) => {
    const last = leg.points[i - 1];
    if (last) sum += Math.hypot(point[0] - last[0], point[1] - last[1]);
  });
  return Math.max(5, Math.round(sum / 5) * 5);
}

/** The way as sentences, one a leg. */
export function steps(route: RouteJson, target: Place, goal: string): string[] {
  return route.legs.map((leg, i) => {
    const next = route.legs[i + 1];
    if (leg.connector) {
      const floor = next?.floor ?? target.floor;
      const connector = named(leg.connector.name, t(`kind.${leg.connector.kind}`));
      return t(`way.${leg.connector.kind}`, { connector, floor });
    }
    if (next?.connector) return t("way.walkTo", { metres: metres(leg), connector: named(next.connector.name, t(`kind.${next.connector.kind}`)) });
    return t("way.walk", { metres: metres(leg), place: goal });
  });
}
