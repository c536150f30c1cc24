// How things are called on the screen: places, people, services, who did it.

import { factWord } from "../shared/facts";
import { named } from "../shared/i18n";
import type { CallChanged, Place, TaskView, TimelineEntry } from "../shared/protocol";
import { reasonsText } from "../shared/reasons";
import { placeName } from "../shared/site";
import { roleColour } from "../shared/shapes";
import { theme } from "../shared/theme";
import * as state from "./state";
import { coded, t } from "./texts";

export const unitName = (unitId: string | null): string => (unitId ? named(state.staffOf.value.get(unitId)?.name, unitId) : "");
export const serviceName = (service: string): string => named(state.serviceOf.value.get(service)?.name, service);
export const serviceIcon = (service: string): string => state.serviceOf.value.get(service)?.icon || service;
export const roleName = (role: string): string => named(state.roleOf.value.get(role)?.name, role);
export const itemName = (item: string): string => named(state.itemOf.value.get(item)?.name, item);
export const depotName = (depot: string): string => named(state.depotOf.value.get(depot)?.name, depot);
export const colourOf = (role: string): string => roleColour(role, state.roleOrder.value.get(role) ?? 0, theme.value === "dark");
export const shapeOf = (role: string) => state.roleOf.value.get(role)?.shape ?? "circle";

/** "By the service desk", "near Starbucks": without the floor. */
export function spotName(place: Place): string {
  const spot = place.spot ? state.spotOf.value.get(place.spot) : undefined;
  if (spot) return named(spot.name);
  return pointName(place.floor, place.x_m, place.y_m);
}

export function pointName(floorId: string, x: number, y: number): string {
  const floor = state.floorOf.value.get(floorId);
  const found = floor ? placeName(floor, x, y) : null;
  if (!found) return t("place.point", { x: x.toFixed(0), y: y.toFixed(0) });
  return t(found.inside ? "place.at" : "place.near", { name: named(found.name) });
}

export const placeText = (place: Place): string => `${place.floor} · ${spotName(place)}`;

/** Who wished it: "operator/lin" and the like. */
export function byText(by: string): string {
  const [kind = "", id = ""] = by.split("/", 2);
  switch (kind) {
    case "operator":
      return t("by.operator", { name: id });
    case "spot":
      return t("by.spot", { name: named(state.spotOf.value.get(id)?.name, id) });
    case "device":
      return t("by.device");
    case "unit":
      return t("by.unit", { name: unitName(id) });
    case "button":
      return t("by.button", { name: id });
    default:
      return by;
  }
}

export const stateText = (of: CallChanged | TaskView): string => coded("state", of.state);

/** What belongs to a fact: a role, an item, a reason, a step of the service's check list. */
function detailText({ kind, detail }: TimelineEntry, service: string): string {
  if (kind === "ChecklistTicked") {
    const [step = "", done] = detail.split(" ");
    return `${done === "done" ? "✓" : "○"} ${named(state.serviceOf.value.get(service)?.checklist[Number(step)], step)}`;
  }
  if (kind === "SlaBreached") return roleName(detail);
  if (kind === "TaskEscalated") return coded("escalated", detail);
  if (kind === "ItemPickedUp" || kind === "ItemReturned") {
    const [item = "", ...number] = detail.split(" ");
    return [itemName(item), ...number].join(" ");
  }
  return reasonsText(detail);
}

/** One line of a call's timeline. */
export function factText(entry: TimelineEntry, service: string): string {
  const what = factWord(entry.kind);
  const who = entry.unit_id ? ` · ${unitName(entry.unit_id)}` : "";
  const detail = entry.detail && entry.kind !== "FileAttached" ? ` · ${detailText(entry, service)}` : "";
  return what + who + detail;
}
