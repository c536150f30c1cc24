// A panel in a window of its own, for a second monitor. All windows of this browser share what is selected;
// each has its own connection, so none lies about being live.

import { effect, signal } from "@preact/signals";
import { select } from "./actions";
import * as state from "./state";

export const PANELS = ["queue", "map", "alarms"] as const;
export type Panel = (typeof PANELS)[number];

const CHANNEL = "nearhand.selection";
const query = new URLSearchParams(location.search);
const asked = query.get("panel");

/** For a wall: nothing to press. */
export const WALL = query.has("wall");

/** The one panel that this window shows; null: it is the whole control room. */
export const ownPanel: Panel | null = PANELS.find((panel) => panel === asked) ?? null;
/** The question which panel shall go to a window of its own. */
export const besideShown = signal(false);
/** The browser did not let the window open. */
export const besideRefused = signal(false);

/** Opens the panel, or brings the window that shows it to the front. */
export function openBeside(panel: Panel): void {
  const opened = open(`/?panel=${panel}`, `nearhand-${panel}`, "popup,width=900,height=900");
  besideRefused.value = opened === null;
  opened?.focus();
  if (opened) besideShown.value = false;
}

type Said = { selected: state.Selection | null } | { asks: true };

const same = (a: state.Selection | null, b: state.Selection | null): boolean => a?.kind === b?.kind && a?.id === b?.id;

/** What is selected here is selected in all windows, except while one shows the past: that is another time. */
export function shareSelection(): void {
  const channel = new BroadcastChannel(CHANNEL);
  let known = state.selection.peek();
  const say = (said: Said): void => channel.postMessage(said);
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if (state.past.peek()) return;
    if ("asks" in data) return known ? say({ selected: known }) : undefined;
    if (same(data.selected, state.selection.peek())) return;
    known = data.selected;
    select(data.selected, true);
  };
  effect(() => {
    const chosen = state.selection.value;
    if (state.past.value || same(chosen, known)) return;
    known = chosen;
    say({ selected: chosen });
  });
  // Asked when there is something to select: what is not on the board yet cannot be brought into view.
  let hasAsked = false;
  effect(() => {
    if (hasAsked || !state.loaded.value) return;
    hasAsked = true;
    say({ asks: true });
  });
}
