// One key, one verb. Single-key shortcuts can be switched off (WCAG 2.1.4); arrows and Esc always work.

import { signal } from "@preact/signals";
import { lang, setLang } from "../shared/i18n";
import { setTheme, theme } from "../shared/theme";
import * as actions from "./actions";
import { besideShown, ownPanel } from "./beside";
import { acknowledge, unacknowledged } from "./alarms";
import { handOverShown } from "./handover";
import { draft, hanging, layers } from "./map/layers";
import { paletteShown } from "./palette";
import { undoLast } from "./said";
import { nextBreach, toggleReplay } from "./replay";
import { soundShown } from "./soundpanel";
import { stackShown } from "./stack";
import { isOpen } from "../shared/sla";
import * as state from "./state";
import type { TextKey } from "./texts";

const STORED = "nearhand.keys";

export const helpShown = signal(false);
export const singleKeys = signal(stored());
/** Asked for by keys, done by the map. */
export const zoomWish = signal<"in" | "out" | "fit" | null>(null);

function stored(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Then it is for this visit only.
  }
}

/** For the help page: keys and what they do. */
export const KEYS: [string[], TextKey][] = [
  [["↑", "↓"], "help.calls"],
  [["N"], "help.new"],
  [["A"], "help.assign"],
  [["C"], "help.cancel"],
  [["O"], "help.hold"],
  [["J"], "help.merge"],
  [["I"], "help.add"],
  [["0", "…", "9"], "help.floors"],
  [["PgUp", "PgDn"], "help.nextFloor"],
  [["Home"], "help.home"],
  [["Space"], "help.stack"],
  [["F"], "help.follow"],
  [["+", "−", "Z"], "help.zoom"],
  [["P", "E", "G", "S", "D", "W"], "help.tabs"],
  [["X"], "help.gateways"],
  [["K"], "help.ack"],
  [["/"], "help.palette"],
  [["U"], "help.undo"],
  [["H"], "help.handover"],
  [["R"], "help.replay"],
  [["B"], "help.breach"],
  [["L"], "help.lang"],
  [["T"], "help.theme"],
  [["M"], "help.sound"],
  [["Shift+O"], "help.beside"],
  [["Esc"], "help.close"],
  [["?"], "help.help"],
];

const floorBy = (step: 1 | -1): void => actions.goToFloor(state.floorIndex.peek() + step);

/** L1 → 1, B1 → 0: the floor whose name has the digit, basements by their order under 0. */
export function floorForDigit(digit: number): number {
  const floors = state.site.peek()?.floors ?? [];
  if (digit === 0) return floors.filter((floor) => floor.ordinal < 0).length - 1;
  const named = floors.findIndex((floor) => floor.ordinal >= 0 && new RegExp(`^\\D*${digit}\\D*$`).test(floor.floor));
  return named >= 0 ? named : floors.findIndex((floor) => floor.ordinal === digit - 1);
}

const ALWAYS: Record<string, () => void> = {
  Escape: () => escape(),
  ArrowDown: () => actions.stepCall(1),
  ArrowUp: () => actions.stepCall(-1),
  PageUp: () => floorBy(1),
  PageDown: () => floorBy(-1),
  Home: () => {
    const chosen = state.selection.peek();
    if (chosen) actions.reveal(chosen);
  },
};

const SINGLE: Record<string, () => void> = {
  n: () => state.canDispatch.peek() && actions.beginCall(),
  a: () => document.querySelector<HTMLElement>(".candidates .assign")?.focus(),
  o: () => ask("hold"),
  j: () => ask("merge"),
  i: () => ask("add"),
  c: () => {
    if (state.selectedCall.peek() && state.canDispatch.peek()) actions.asksCancel.value = true;
  },
  f: () => {
    const unit = state.selectedUnit.peek();
    if (unit) actions.toggleFollow(unit.unit_id);
  },
  " ": () => (stackShown.value = !stackShown.peek()),
  "+": () => (zoomWish.value = "in"),
  "=": () => (zoomWish.value = "in"),
  "-": () => (zoomWish.value = "out"),
  z: () => (zoomWish.value = "fit"),
  p: () => toTab("staff"),
  e: () => toTab("items"),
  g: () => toTab("gateways"),
  s: () => toTab("site"),
  d: () => toTab("figures"),
  w: () => toTab("alarms"),
  x: () => (layers.value = { ...layers.peek(), gateways: !layers.peek().gateways }),
  u: () => undoLast(),
  "/": () => (paletteShown.value = true),
  h: () => (handOverShown.value = !handOverShown.peek()),
  r: () => state.mayDispatch.peek() && toggleReplay(),
  b: () => state.past.peek() && void nextBreach(),
  k: () => void acknowledge(unacknowledged.peek()),
  l: () => setLang(lang.peek() === "zh" ? "en" : "zh"),
  t: () => setTheme(theme.peek() === "dark" ? "light" : "dark"),
  m: () => (soundShown.value = !soundShown.peek()),
  "?": () => (helpShown.value = !helpShown.peek()),
};

/** What makes sense where one panel is all there is. */
const IN_OWN_WINDOW = "f+=-zxklt?";

function single(event: KeyboardEvent): (() => void) | undefined {
  const key = event.key.toLowerCase();
  if (ownPanel) return IN_OWN_WINDOW.includes(key) ? SINGLE[key] : digit(key);
  if (event.shiftKey && key === "o") return state.mayDispatch.peek() ? () => (besideShown.value = !besideShown.peek()) : undefined;
  return SINGLE[key] ?? digit(key);
}

/** A question about the selected call; a call on hold is resumed by the key that holds. */
function ask(what: "hold" | "merge" | "add"): void {
  const call = state.selectedCall.peek();
  if (!call || !isOpen(call) || !state.canDispatch.peek()) return;
  if (what === "hold" && call.held_at !== null) void actions.resume(call.call_id);
  else actions.asks.value = what;
}

function toTab(next: actions.Tab): void {
  actions.tab.value = actions.tab.peek() === next ? "detail" : next;
}

/** One thing at a time, the topmost first. */
function escape(): void {
  if (paletteShown.peek()) paletteShown.value = false;
  else if (helpShown.peek()) helpShown.value = false;
  else if (soundShown.peek()) soundShown.value = false;
  else if (besideShown.peek()) besideShown.value = false;
  else if (stackShown.peek()) stackShown.value = false;
  else if (actions.asks.peek()) actions.asks.value = null;
  else if (actions.asksCancel.peek()) actions.asksCancel.value = false;
  else if (handOverShown.peek()) handOverShown.value = false;
  else if (hanging.peek()) hanging.value = null;
  else if (draft.peek()) actions.discardDraft();
  else if (actions.following.peek()) actions.following.value = null;
  else if (actions.tab.peek() !== "detail") actions.tab.value = "detail";
  else actions.select(null);
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target as HTMLElement;
  const typing = target.matches("input, textarea, select");
  if (typing && event.key !== "Escape") return;
  // The map moves by its own arrows while it has the focus.
  if (target.closest(".map-target") && event.key.startsWith("Arrow")) return;
  const pressing = event.key === " " && target.matches("button, a, summary");
  const verb = ALWAYS[event.key] ?? (singleKeys.peek() && !pressing ? single(event) : undefined);
  if (!verb) return;
  event.preventDefault();
  if (typing) target.blur();
  verb();
}

function digit(key: string): (() => void) | undefined {
  if (!/^\d$/.test(key)) return undefined;
  return () => {
    stackShown.value = false;
    actions.goToFloor(floorForDigit(Number(key)));
  };
}

export function listen(): void {
  addEventListener("keydown", onKey);
}
