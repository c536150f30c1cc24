// From the socket into the handheld's state; receipts for offers; the way asked for again while walking.

import { effect } from "@preact/signals";
import { clockBehindMs, now, serverNow } from "../shared/clock";
import { get } from "../shared/http";
import { me } from "../shared/login";
import type { RouteJson, SiteJson } from "../shared/site";
import { Stream, type TextMessage } from "../shared/stream";
import { ring, signalOnce } from "./alert";
import { flush, heardServer, heardVersion, keep, wish } from "./outbox";
import * as state from "./state";

const ROUTE_EVERY_MS = 5_000;
/** Somebody who touched the page this recently is looking at it. */
const LOOKING_MS = 60_000;

export const stream = new Stream("/ws?app=staff", {
  text: hear,
  loggedOut: () => {
    me.value = false;
  },
  failed: () => void fetch("/api/me?app=staff").then((answer) => {
    if (answer.status === 401) me.value = false;
  }, () => undefined),
});

/** A technician has published: the plan is another. */
async function newSite(revision: unknown): Promise<void> {
  if (!state.site.peek() || state.site.peek()?.rev === revision) return;
  state.site.value = await get<SiteJson>("/api/site?app=staff");
  void keep("site", state.site.value);
}

function hear(message: TextMessage): void {
  if (message.t === "welcome") void newSite(message["rev"]);
  if (message.t !== "snap" && message.t !== "ev") return;
  if (message.kind === "MyPlace") state.place.value = message.data as state.MyPlace;
  else if (message.topic === "me") {
    const told = message.data as state.Mine | null;
    if (!told) return;
    heardTexts(told);
    state.told.value = told;
    state.place.value = told.place;
    heardVersion(state.told.value.unit.version);
    state.toldAt.value = serverNow() * 1e3;
    void keep("mine", { told: state.told.value, at: state.toldAt.value, behind: clockBehindMs() });
    void flush();
  }
}

/** A new word of the control room is heard once; what was there when the page opened is only shown. */
function heardTexts(told: state.Mine): void {
  const before = state.told.peek()?.logbook;
  const known = new Set(before?.texts.map((one) => one.text_id));
  if (before && told.logbook?.texts.some((one) => !one.by.startsWith("unit/") && !known.has(one.text_id))) signalOnce();
}

/** Delivered as soon as it is here; seen when the page is in front of somebody who touched it. */
function receipts(): void {
  const delivered = new Set<string>();
  const seen = new Set<string>();
  let touched = 0;
  const look = (): void => {
    const unit = state.told.peek()?.unit;
    const looked = document.visibilityState === "visible" && performance.now() - touched < LOOKING_MS;
    for (const offer of unit?.offers ?? []) {
      for (const [receipt, known, due] of [["delivered", delivered, offer.delivered_at === null], ["seen", seen, looked && offer.seen_at === null]] as const) {
        if (!due || known.has(offer.offer_id) || !unit) continue;
        known.add(offer.offer_id);
        wish({ type: "ReportReceipt", offer_id: offer.offer_id, unit_id: unit.unit_id, receipt });
      }
    }
  };
  addEventListener("pointerdown", () => {
    touched = performance.now();
    look();
  });
  document.addEventListener("visibilitychange", look);
  effect(() => {
    void state.told.value;
    look();
  });
}

async function askRoute(): Promise<void> {
  const unit = state.told.peek()?.unit;
  if (!unit?.target) {
    state.route.value = null;
    return;
  }
  const found = await get<RouteJson>(`/api/route?unit=${encodeURIComponent(unit.unit_id)}&app=staff`).catch(() => null);
  if (found) state.route.value = found;
}

export function begin(): void {
  stream.subscribe(["me", "site"]);
  stream.open();
  receipts();
  effect(() => {
    if (stream.lastHeard.value) heardServer();
  });
  effect(() => ring(state.openOffer(now.value * 1e3) !== null));
  effect(() => {
    const target = state.told.value?.unit.target;
    void [target?.floor, target?.x_m, target?.y_m];
    void askRoute();
  });
  setInterval(() => void askRoute(), ROUTE_EVERY_MS);
}
