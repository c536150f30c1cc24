// H1 to H6: one big thing per screen, chosen by where the person stands in the work.

import { signal } from "@preact/signals";
import { now } from "../shared/clock";
import { counted, minutesSeconds, named } from "../shared/i18n";
import { Icon, ServiceIcon } from "../shared/icon";
import { readable } from "../shared/ring";
import { me } from "../shared/login";
import type { OfferView, UnitChanged } from "../shared/protocol";
import { signalOnce, wakeLock } from "./alert";
import { Attach, endSpeech } from "./attach";
import { say } from "./book";
import { wish } from "./outbox";
import { Plan } from "./plan";
import { Sos } from "./sos";
import * as state from "./state";
import { stream } from "./feed";
import { t } from "./texts";
import { depotName, itemName, noteText, serviceIcon, serviceName, spotName, steps } from "./words";

/** A second, small screen on top: reasons, outcome. */
type Sheet = "decline" | "cannot" | "outcome" | "off" | null;
export const sheet = signal<Sheet>(null);
const itemNumber = signal("");
/** Whether the spares that I am asked to take along are in the pouch. */
const tookSpares = signal(true);
const note = signal("");
const outcome = signal<"done" | "handed_over" | "not_found" | "not_needed">("done");
/** What of my kit I have with me, by item. */
const packed = signal<ReadonlySet<string>>(new Set());
/** Nearer than this the page asks whether I have arrived. */
const NEAR_M = 10;

const DECLINE = ["with_customer", "too_far", "not_able"] as const;
/** The call for which a second person was asked. */
const askedFor = signal("");

const OUTCOMES = ["done", "handed_over", "not_found", "not_needed"] as const;

export function Screen({ unit }: { unit: UnitChanged }) {
  const offer = state.openOffer(now.value * 1e3);
  if (offer) return <Offer offer={offer} unit={unit} />;
  switch (unit.status) {
    case "off_duty":
    case "on_break":
      return <Shift unit={unit} />;
    case "en_route_to_item":
    case "en_route":
    case "returning_item":
      return <Way unit={unit} />;
    case "on_scene":
      return <Scene unit={unit} />;
    default:
      return <Ready unit={unit} />;
  }
}

function Shift({ unit }: { unit: UnitChanged }) {
  const onBreak = unit.status === "on_break";
  const check = (key: "check.link" | "check.screen" | "check.offline", ok: boolean) => (
    <li class={ok ? "ok" : "no"}>
      <Icon name={ok ? "check" : "close"} /> {t(key)} {!ok && <span class="muted">{t("check.no")}</span>}
    </li>
  );
  return (
    <section class="screen">
      <div class="fill">
        <h1>{t(onBreak ? "shift.break" : "shift.title")}</h1>
        <p class="big">{me.value ? named(me.value.name) : ""}</p>
        <ul class="checks">
          {check("check.link", stream.link.value === "live")}
          {check("check.screen", wakeLock() !== undefined)}
          {check("check.offline", window.isSecureContext)}
          <li class="ok">
            <Icon name="sound" /> {t("check.sound")}
            <button class="flat" onClick={signalOnce}>
              {t("check.sound.try")}
            </button>
          </li>
        </ul>
        {!onBreak && <Kit />}
        <p class="muted">{t("shift.tracking")}</p>
        <p class="muted">{t("shift.quiet")}</p>
      </div>
      <button class="go" data-act="on" onClick={() => start(unit)}>
        {t(onBreak ? "shift.resume" : "shift.start")}
      </button>
    </section>
  );
}

const kit = (): string[] => state.site.value?.staff[0]?.carries ?? [];

function start(unit: UnitChanged): void {
  wish({ type: "SetDuty", unit_id: unit.unit_id, duty: "on" });
  const missing = kit().filter((item) => !packed.value.has(item));
  if (unit.status === "off_duty" && missing.length > 0) say(unit.unit_id, "kit_missing", missing.map(itemName).join(", "));
}

/** Everything I should carry; what is not ticked is told to the control room. */
function Kit() {
  if (kit().length === 0) return null;
  const turn = (item: string): void => {
    const next = new Set(packed.value);
    if (!next.delete(item)) next.add(item);
    packed.value = next;
  };
  return (
    <>
      <h2>{t("shift.kit")}</h2>
      <ul class="checklist">
        {kit().map((item) => (
          <Tick key={item} on={packed.value.has(item)} turn={() => turn(item)} text={itemName(item)} />
        ))}
      </ul>
    </>
  );
}

function Tick({ on, turn, text }: { on: boolean; turn: () => void; text: string }) {
  return (
    <li>
      <button aria-pressed={on} onClick={turn}>
        <Icon name={on ? "check" : "plus"} /> {text}
      </button>
    </li>
  );
}

function Ready({ unit }: { unit: UnitChanged }) {
  const here = state.place.value;
  const duty = (to: "break" | "off"): void => {
    sheet.value = null;
    wish({ type: "SetDuty", unit_id: unit.unit_id, duty: to });
  };
  return (
    <section class="screen ready">
      <div class="fill center">
        <span class="ready-light">
          <Icon name="check" size={64} />
        </span>
        <h1>{t("ready.title")}</h1>
        <p class="big">{here ? t("ready.where", { place: `${here.floor} · ${spotName(here)}` }) : t("ready.nowhere")}</p>
        <p class="muted">{t("ready.today", { done: state.mine.value?.today.done ?? 0 })}</p>
      </div>
      <Pouch unit={unit} />
      <Sos unit={unit} />
      {sheet.value === "off" ? (
        <div class="pair">
          <button onClick={() => (sheet.value = null)}>{t("offer.back")}</button>
          <button class="warn" onClick={() => duty("off")}>
            {t("ready.off.sure")}
          </button>
        </div>
      ) : (
        <div class="pair">
          <button onClick={() => duty("break")}>{t("ready.break")}</button>
          <button onClick={() => (sheet.value = "off")}>{t("ready.off")}</button>
        </div>
      )}
    </section>
  );
}

/** What is at hand for the next calls, and the way to put it back. */
function Pouch({ unit }: { unit: UnitChanged }) {
  const depot = depotHere();
  if (unit.pouch.length === 0) return null;
  return (
    <div class="pair">
      <p>{t("pouch.has", { items: counted(unit.pouch, itemName) })}</p>
      {depot && (
        <button data-act="empty-pouch" onClick={() => wish({ type: "ReportItemReturned", unit_id: unit.unit_id, depot, spare: true })}>
          {t("pouch.back", { depot: depotName(depot) })}
        </button>
      )}
    </div>
  );
}

/** The nearest depot of this floor, else the first of the site. */
function depotHere(): string {
  const depots = (state.site.value?.depots ?? []).filter((one) => one.kind === "depot");
  const here = state.place.value;
  const away = (one: (typeof depots)[number]): number => (here?.floor === one.floor ? Math.hypot(here.x_m - one.x_m, here.y_m - one.y_m) : Infinity);
  return depots.reduce<(typeof depots)[number] | undefined>((best, one) => (best && away(best) <= away(one) ? best : one), undefined)?.depot ?? "";
}

function Offer({ offer, unit }: { offer: OfferView; unit: UnitChanged }) {
  const call = state.callOf(offer.call_id);
  const task = call?.tasks.find((one) => one.task_id === offer.task_id);
  const left = Math.max(0, offer.expires_at / 1e6 - now.value / 1e3);
  const share = left / Math.max(1, (offer.expires_at - offer.made_at) / 1e6);
  const answer = (type: "AcceptOffer" | "DeclineOffer", more: object): void => {
    sheet.value = null;
    wish({ type, offer_id: offer.offer_id, unit_id: unit.unit_id, ...more });
  };
  return (
    <section class={`screen offer priority-${call?.priority ?? 3}`} role="alertdialog" aria-label={t("offer.title")}>
      <div class="fill center">
        <p class="offer-kind">{t(call?.priority === 1 ? "offer.urgent" : "offer.title")}</p>
        <OfferRing share={share} left={left} icon={serviceIcon(call?.service ?? "")} />
        <h1>{serviceName(call?.service ?? "")}</h1>
        {call && (
          <p class="where">
            <strong>{call.place.floor}</strong> {spotName(call.place)}
          </p>
        )}
        <p class="big">
          {[t("offer.seconds", { time: minutesSeconds(offer.eta_s) }), call && levels(call.place.floor)].filter(Boolean).join(" · ")}
        </p>
        {offer.depot && task?.item && <p>{t("offer.fetch", { item: itemName(task.item), depot: depotName(offer.depot) })}</p>}
        {call?.note && <p class="note">{noteText(call.note)}</p>}
      </div>
      {sheet.value === "decline" ? (
        <Reasons title={t("offer.why")} back={() => (sheet.value = null)} choose={(reason) => answer("DeclineOffer", { reason })} />
      ) : (
        <>
          <button class="go" data-act="accept" onClick={() => answer("AcceptOffer", {})}>
            {t("offer.accept")}
          </button>
          <button class="flat" data-act="decline" onClick={() => (sheet.value = "decline")}>
            {t("offer.decline")}
          </button>
        </>
      )}
    </section>
  );
}

/** Same floor, or how many floors up or down from here. */
function levels(floor: string): string {
  const floors = state.site.value?.floors ?? [];
  const to = floors.find((one) => one.floor === floor)?.i;
  const from = state.place.value?.floor_i;
  if (to === undefined || from === undefined) return "";
  if (to === from) return t("offer.same");
  return t(to > from ? "offer.up" : "offer.down", { n: Math.abs(to - from) });
}

function OfferRing({ share, left, icon }: { share: number; left: number; icon: string }) {
  const r = 54;
  const length = 2 * Math.PI * r;
  return (
    <div class="offer-ring">
      <svg width="136" height="136" viewBox="-68 -68 136 136" aria-hidden="true">
        <circle class="track" r={r} />
        <circle class="run" r={r} transform="rotate(-90)" stroke-dasharray={`${share * length} ${length}`} />
      </svg>
      <span class="offer-icon">
        <ServiceIcon icon={icon} size={58} />
      </span>
      <span class="offer-left" role="timer">
        {Math.ceil(left)}
      </span>
    </div>
  );
}

function Reasons({ title, choose, back }: { title: string; choose: (reason: string) => void; back: () => void }) {
  return (
    <div class="reasons">
      <h2>{title}</h2>
      {DECLINE.map((reason) => (
        <button key={reason} data-reason={reason} onClick={() => choose(reason)}>
          {t(`decline.${reason}`)}
        </button>
      ))}
      <button class="flat" onClick={back}>
        {t("offer.back")}
      </button>
    </div>
  );
}

function Countdown({ deadlineAt }: { deadlineAt: number | null }) {
  if (deadlineAt === null) return null;
  const left = deadlineAt / 1e6 - now.value / 1e3;
  const late = left < 0;
  return (
    <span class={`countdown ${late ? "late" : left < 60 ? "soon" : ""}`} role="timer">
      {t(late ? "way.late" : "way.left", { time: minutesSeconds(Math.abs(readable(left))) })}
    </span>
  );
}

function Way({ unit }: { unit: UnitChanged }) {
  const { target } = unit;
  const call = state.callOf(unit.call_id);
  const fetching = unit.status === "en_route_to_item";
  const returning = unit.status === "returning_item";
  const route = state.route.value;
  const fits = route?.target && target && route.target.x_m === target.x_m && route.target.y_m === target.y_m ? route : null;
  const goal = target ? (fetching || returning ? depotName(unit.depot) : "") || spotName(target) : "";
  const said = fits && target ? steps(fits, target, goal) : [];
  const title = returning ? t("way.return", { item: itemName(unit.item) }) : fetching ? t("way.fetch", { item: itemName(unit.item) }) : t("way.go");
  const floor = state.place.value?.floor ?? fits?.legs[0]?.floor ?? target?.floor ?? "";
  return (
    <section class={`screen way priority-${call?.priority ?? 3}`}>
      <header class="way-head">
        <ServiceIcon icon={serviceIcon(call?.service ?? "")} size={30} />
        <span>
          <strong>{title}</strong>
          {target && (
            <span class="muted">
              {target.floor} · {goal}
            </span>
          )}
        </span>
        {!returning && <Countdown deadlineAt={unit.deadline_at} />}
      </header>
      <p class="step">{said[0] ?? (target && t(fits ? "way.here" : "way.noroute", { place: goal }))}</p>
      {said[1] && <p class="muted then">{t("way.then", { step: said[1] })}</p>}
      {target && <Plan floor={floor} target={target} route={fits} />}
      {call?.note && <p class="note">{noteText(call.note)}</p>}
      {near(unit) && <p class="near">{t("way.near")}</p>}
      {sheet.value === "cannot" ? <Cannot unit={unit} /> : <WayButtons unit={unit} fetching={fetching} returning={returning} />}
    </section>
  );
}

/** On the way to somebody, and within a few steps. */
function near({ status, target }: UnitChanged): boolean {
  const here = state.place.value;
  if (status !== "en_route" || !target || here?.floor !== target.floor) return false;
  return Math.hypot(here.x_m - target.x_m, here.y_m - target.y_m) < NEAR_M;
}

function WayButtons({ unit, fetching, returning }: { unit: UnitChanged; fetching: boolean; returning: boolean }) {
  const done = (): void => {
    if (returning) wish({ type: "ReportItemReturned", unit_id: unit.unit_id, depot: unit.depot ?? "" });
    else if (fetching) wish({ type: "ReportItemPickedUp", task_id: unit.task_id, unit_id: unit.unit_id, item_number: itemNumber.value, spares: tookSpares.value ? unit.spares : 0 });
    else wish({ type: "ReportOnScene", task_id: unit.task_id, unit_id: unit.unit_id });
  };
  const act = returning ? "returned" : fetching ? "picked" : "arrived";
  return (
    <>
      {fetching && unit.spares > 0 && (
        <ul class="checklist">
          <Tick on={tookSpares.value} text={t("way.spares", { n: unit.spares })} turn={() => (tookSpares.value = !tookSpares.value)} />
        </ul>
      )}
      {fetching && <input class="number" aria-label={t("way.number")} placeholder={t("way.number")} value={itemNumber.value} onInput={(event) => (itemNumber.value = event.currentTarget.value)} />}
      <div class="go-row">
        <Sos unit={unit} />
        {!returning && (
          <button class="flat side" data-act="cannot" onClick={() => (sheet.value = "cannot")}>
            {t("way.cannot")}
          </button>
        )}
        <button class={near(unit) ? "go here" : "go"} data-act={act} onClick={done}>
          {t(`way.${act}`)}
        </button>
      </div>
    </>
  );
}

function Cannot({ unit }: { unit: UnitChanged }) {
  const give = (reason: string): void => {
    sheet.value = null;
    wish({ type: "UnassignUnit", task_id: unit.task_id, unit_id: unit.unit_id, reason });
  };
  const late = (): void => {
    sheet.value = null;
    say(unit.unit_id, "delayed");
  };
  return (
    <>
      <button data-act="delayed" onClick={late}>
        {t("way.delayed")}
      </button>
      <Reasons title={t("way.cannot.why")} back={() => (sheet.value = null)} choose={give} />
    </>
  );
}

function Scene({ unit }: { unit: UnitChanged }) {
  const call = state.callOf(unit.call_id);
  const service = state.site.value?.services.find((one) => one.service === call?.service);
  const tick = (step: number): void => wish({ type: "TickChecklist", call_id: call?.call_id, step, done: !call?.checked.includes(step) });
  const role = call?.tasks.find((task) => task.task_id === unit.task_id)?.role;
  const asked = (call?.tasks.filter((task) => task.role === role).length ?? 0) > 1 || askedFor.value === call?.call_id;
  const help = (): void => {
    askedFor.value = call?.call_id ?? "";
    wish({ type: "AddTask", call_id: call?.call_id, role });
  };
  if (sheet.value === "outcome") return <Outcome unit={unit} />;
  return (
    <section class={`screen priority-${call?.priority ?? 3}`}>
      <div class="fill">
        <h1>
          <ServiceIcon icon={serviceIcon(call?.service ?? "")} size={34} /> {serviceName(call?.service ?? "")}
        </h1>
        {call && (
          <p class="where">
            <strong>{call.place.floor}</strong> {spotName(call.place)}
          </p>
        )}
        {call?.note && <p class="note">{noteText(call.note)}</p>}
        <ul class="checklist">
          {(service?.checklist ?? []).map((one, step) => (
            <Tick key={step} on={call?.checked.includes(step) ?? false} turn={() => tick(step)} text={named(one)} />
          ))}
        </ul>
        {call && <Attach call={call} />}
      </div>
      <div class="pair">
        <Sos unit={unit} />
        <button data-act="help" disabled={asked} onClick={help}>
          {t(asked ? "scene.helpAsked" : "scene.help")}
        </button>
      </div>
      <button class="go" data-act="done" onClick={() => (sheet.value = "outcome")}>
        {t("scene.done")}
      </button>
    </section>
  );
}

function Outcome({ unit }: { unit: UnitChanged }) {
  const call = state.callOf(unit.call_id);
  const send = async (): Promise<void> => {
    await endSpeech();
    wish({
      type: "ReportDone",
      task_id: unit.task_id,
      unit_id: unit.unit_id,
      outcome: outcome.value,
      item_number: itemNumber.value,
      note: note.value,
    });
    sheet.value = null;
    itemNumber.value = "";
    note.value = "";
    outcome.value = "done";
  };
  return (
    <section class="screen">
      <div class="fill">
        <h1>{t("outcome.title")}</h1>
        <div class="outcomes" role="radiogroup">
          {OUTCOMES.map((one) => (
            <button key={one} role="radio" aria-checked={outcome.value === one} data-outcome={one} onClick={() => (outcome.value = one)}>
              {t(`outcome.${one}`)}
            </button>
          ))}
        </div>
        {(unit.item || call?.tasks.some((task) => task.task_id === unit.task_id && task.item)) && (
          <label>
            {t("outcome.number")}
            <input value={itemNumber.value} onInput={(event) => (itemNumber.value = event.currentTarget.value)} />
          </label>
        )}
        <label>
          {t("outcome.note")}
          <input value={note.value} maxLength={200} onInput={(event) => (note.value = event.currentTarget.value)} />
        </label>
        {call && <Attach call={call} />}
      </div>
      <div class="go-row">
        <button class="flat side" onClick={() => (sheet.value = null)}>
          {t("offer.back")}
        </button>
        <button class="go" data-act="send" onClick={() => void send()}>
          {t("outcome.send")}
        </button>
      </div>
    </section>
  );
}
