// Where the screen is too narrow for three panes side by side, one of them at a time, chosen below.

import { computed, effect, signal } from "@preact/signals";
import { translator } from "../shared/i18n";
import { following, tab } from "./actions";
import { draft, hanging } from "./map/layers";
import * as state from "./state";

const tp = translator(
  { "pane.queue": "呼叫", "pane.map": "地图", "pane.side": "详情", "pane.title": "画面" },
  { "pane.queue": "Calls", "pane.map": "Map", "pane.side": "Detail", "pane.title": "Panes" },
);

const PANES = ["queue", "map", "side"] as const;
type Pane = (typeof PANES)[number];
const chosen = signal<Pane>("queue");

/** What is in front on a narrow screen; wide ones show all. */
export const pane = computed<Pane>(() => (chosen.value === "queue" && !state.mayDispatch.value ? "side" : chosen.value));

export function Panes() {
  return (
    <nav class="panes" aria-label={tp("pane.title")}>
      {PANES.filter((name) => name !== "queue" || state.mayDispatch.value).map((name) => (
        <button key={name} data-pane={name} aria-pressed={pane.value === name} onClick={() => (chosen.value = name)}>
          {tp(`pane.${name}`)}
          {name === "queue" && state.openCalls.value.length > 0 && <b>{state.openCalls.value.length}</b>}
        </button>
      ))}
    </nav>
  );
}

/** What was asked for comes to the front: a person who is followed on the map, all else in the detail. */
export function bringForward(): void {
  let first = true;
  effect(() => {
    const asked = [state.selection.value, tab.value, draft.value?.place, hanging.value?.place];
    if (!first && asked) chosen.value = "side";
    first = false;
  });
  effect(() => {
    if (following.value) chosen.value = "map";
  });
}
