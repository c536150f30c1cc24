// What the handheld knows: the server's word about me, and on top of it what I pressed and it has not heard yet.

import { computed, signal } from "@preact/signals";
import type { LogbookChanged, OfferView, Place, UnitChanged } from "../shared/protocol";
import type { RouteJson, SiteJson } from "../shared/site";
import { settling, waiting, type Wish } from "./outbox";

export interface MyCall {
  call_id: string;
  service: string;
  priority: number;
  state: string;
  place: Place;
  note: string;
  received_at: number;
  deadline_at: number;
  placed_by_me: boolean;
  desk_knows: boolean;
  /** Steps of the service's checklist that are done. */
  checked: number[];
  /** Photos and spoken notes. */
  files: number;
  tasks: {
    task_id: string;
    role: string;
    item: string | null;
    state: string;
    unit_id: string | null;
    depot: string | null;
    deadline_at: number;
    eta_at: number | null;
  }[];
}

export interface Mine {
  unit: UnitChanged;
  calls: MyCall[];
  today: { done: number; declined: number; expired: number };
  place: MyPlace | null;
  logbook: LogbookChanged | null;
}

export interface MyPlace {
  floor: string;
  floor_i: number;
  x_m: number;
  y_m: number;
  r95_m: number;
  seen_at: number;
}

export const site = signal<SiteJson | null>(null);
export const told = signal<Mine | null>(null);
/** Server microseconds when it was told. */
export const toldAt = signal(0);
export const place = signal<MyPlace | null>(null);
export const route = signal<RouteJson | null>(null);

/** Mine as it will be when everything that waits has arrived. */
export const mine = computed<Mine | null>(() => {
  const word = told.value;
  return word && [...settling.value, ...waiting.value].reduce((so, one) => after(so, one.wish, one.at), word);
});

export const callOf = (callId: string | null): MyCall | null => mine.value?.calls.find((call) => call.call_id === callId) ?? null;

/** The newest offer that is still open at this time (microseconds). */
export function openOffer(nowUs: number): OfferView | null {
  const offers = mine.value?.unit.offers ?? [];
  return offers.find((offer) => offer.expires_at > nowUs) ?? null;
}

/** How my own action changes what I see before the server has answered. */
function after(so: Mine, wish: Wish, at: number): Mine {
  const { unit } = so;
  const change = (part: Partial<UnitChanged>): Mine => ({ ...so, unit: { ...unit, ...part } });
  switch (wish.type) {
    case "AcceptOffer":
      return accepted(so, unit.offers.find((offer) => offer.offer_id === wish["offer_id"]));
    case "DeclineOffer":
      return change({ offers: unit.offers.filter((offer) => offer.offer_id !== wish["offer_id"]), status: unit.task_id ? unit.status : "available" });
    case "ReportItemPickedUp":
      if (unit.task_id !== wish["task_id"]) return so;
      return change({ status: "en_route", carrying: true, spares: 0, target: so.calls.find((call) => call.call_id === unit.call_id)?.place ?? unit.target });
    case "ReportOnScene":
      return unit.task_id === wish["task_id"] ? change({ status: "on_scene", eta_at: at }) : so;
    case "ReportDone":
    case "UnassignUnit":
      return unit.task_id === wish["task_id"] ? change({ status: "available", task_id: null, call_id: null, target: null }) : so;
    case "ReportItemReturned":
      if (wish["spare"]) return change({ pouch: [] });
      return change({ status: "available", item: null, carrying: false, target: null });
    case "SetDuty":
      return change({ status: wish["duty"] === "on" ? "available" : wish["duty"] === "break" ? "on_break" : "off_duty" });
    case "TickChecklist":
      return { ...so, calls: so.calls.map((call) => (call.call_id === wish["call_id"] ? { ...call, checked: ticked(call.checked, wish) } : call)) };
    case "AttachFile":
      return { ...so, calls: so.calls.map((call) => (call.call_id === wish["call_id"] ? { ...call, files: call.files + 1 } : call)) };
    case "SendText":
      return withText(so, wish, at);
    case "ReportTextsSeen":
      return allSeen(so, at);
    default:
      return so;
  }
}

function ticked(checked: number[], wish: Wish): number[] {
  const rest = checked.filter((step) => step !== wish["step"]);
  return wish["done"] ? [...rest, wish["step"] as number] : rest;
}

/** A text that is on its way: `sent_at` 0. */
function withText(so: Mine, wish: Wish, at: number): Mine {
  const book = so.logbook ?? { type: "LogbookChanged" as const, unit_id: so.unit.unit_id, version: 0, texts: [], jobs: [] };
  const words = { phrase: wish["phrase"] as string, text: wish["text"] as string };
  if (book.texts.some((one) => one.written_at === at && one.phrase === words.phrase && one.text === words.text)) return so;
  const text = { text_id: `w${at}`, by: `unit/${so.unit.unit_id}`, written_at: at, sent_at: 0, seen_at: null, ...words };
  return { ...so, logbook: { ...book, texts: [...book.texts, text] } };
}

function allSeen(so: Mine, at: number): Mine {
  const book = so.logbook;
  if (!book) return so;
  const texts = book.texts.map((one) => (one.by.startsWith("unit/") ? one : { ...one, seen_at: one.seen_at ?? at }));
  return { ...so, logbook: { ...book, texts } };
}

function accepted(so: Mine, offer: OfferView | undefined): Mine {
  if (!offer) return so;
  const call = so.calls.find((one) => one.call_id === offer.call_id);
  const task = call?.tasks.find((one) => one.task_id === offer.task_id);
  const depot = offer.depot ? site.value?.depots.find((one) => one.depot === offer.depot) : undefined;
  const unit: UnitChanged = {
    ...so.unit,
    status: depot ? "en_route_to_item" : "en_route",
    offers: [],
    task_id: offer.task_id,
    call_id: offer.call_id,
    target: depot ? { floor: depot.floor, x_m: depot.x_m, y_m: depot.y_m, spot: null } : (call?.place ?? null),
    depot: offer.depot,
    item: task?.item ?? null,
    carrying: false,
    deadline_at: task?.deadline_at ?? null,
    eta_at: null,
  };
  return { ...so, unit };
}
