// From what is wrong with the draft to the thing on the map.

import type { Finding } from "../shared/draft/drafting";
import { entryOf } from "../shared/draft/findings";
import { KINDS, find, floorOf, placeOf, type Chosen, type Kind } from "./model";
import * as state from "./state";

/** Shows an entry on its floor. */
export function goTo(chosen: Chosen): void {
  const drawing = state.draft.content.peek();
  const entry = drawing && find(drawing, chosen);
  if (!entry) return;
  state.goToFloor(floorOf(chosen.kind, entry));
  state.chosen.value = chosen;
  state.wantedView.value = [...placeOf(chosen.kind, entry)];
}

/** The thing a finding speaks of, where the editor can show it: `gateways (gw-1)`, or a connector's id. */
function spokenOf(finding: Finding): Chosen | null {
  const drawing = state.draft.content.peek();
  const entry = entryOf(finding);
  const chosen: Chosen | null = entry
    ? { kind: (entry.table === "staff" ? "homes" : entry.table) as Kind, id: entry.id }
    : finding.file === "relationship.geojson"
      ? { kind: "connectors", id: finding.feature }
      : null;
  return drawing && chosen && KINDS.includes(chosen.kind) && find(drawing, chosen) ? chosen : null;
}

/** How to go there. */
export function wayTo(finding: Finding): (() => void) | null {
  const chosen = spokenOf(finding);
  return chosen && (() => goTo(chosen));
}
