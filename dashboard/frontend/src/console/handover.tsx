// C13: what the next operator must know, written by itself from what is on the screen; to read or to print.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../shared/clock";
import { clockTime, minutesSeconds, named } from "../shared/i18n";
import { newKey, post } from "../shared/http";
import { Icon } from "../shared/icon";
import { me } from "../shared/login";
import type { Alarm, CallChanged } from "../shared/protocol";
import { alarmText, onShelf, whereText } from "./alarms";
import { findingText } from "./causes";
import { spokenLine } from "./said";
import * as state from "./state";
import { type AlarmKey, ta } from "./alarmtexts";
import { type HandKey, th } from "./handovertexts";
import { coded, t } from "./texts";
import { depotName, itemName, placeText, serviceName, stateText, unitName } from "./words";

export const handOverShown = signal(false);

export function HandOver() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (handOverShown.value && !dialog.current?.open) dialog.current?.showModal();
  });
  if (!handOverShown.value) return null;
  const zone = state.site.value?.timezone;
  const who = me.value ? named(me.value.name, me.value.user) : "";
  return (
    <dialog class="help hand-over" ref={dialog} onClose={() => (handOverShown.value = false)} aria-label={th("hand.title")}>
      <header>
        <h2>
          {th("hand.title")} <span class="muted">{th("hand.at", { time: clockTime(now.value, false, zone), name: who })}</span>
        </h2>
        <span>
          <button onClick={() => print()}>{th("hand.print")}</button>
          <button class="plain" onClick={() => (handOverShown.value = false)} aria-label={t("common.close")}>
            <Icon name="close" />
          </button>
        </span>
      </header>
      <Section title="hand.hour" rows={[figures()]} />
      <Section title="hand.open" rows={state.openCalls.value.map(callLine)} />
      <Section title="hand.shelved" rows={onShelf.value.map((alarm) => `${alarmText(alarm)} ${whereText(alarm)} · ${shelfText(alarm, zone)}`)} />
      <Section title="hand.site" rows={closed()} />
      <Section title="hand.gateways" rows={state.gatewaysDown.value.map((row) => `${row.gateway} · ${findingText(row.health?.finding ?? "")}`)} />
      <Section title="hand.absent" rows={absent()} />
      <Section title="hand.stock" rows={empty()} />
      <Section title="hand.feedback" rows={[...state.feedback.value.values()].filter((one) => one.closed_at === null).map((one) => `${one.text} · ${one.owner}`)} />
      {state.canDispatch.value && <Sign />}
    </dialog>
  );
}

/** Whoever takes over signs, with a note for the audit. */
function Sign() {
  return (
    <form
      class="sign"
      onSubmit={(event) => {
        event.preventDefault();
        const note = String(new FormData(event.currentTarget).get("note") ?? "");
        const open = `${state.openCalls.value.length} open, ${onShelf.value.length} shelved`;
        void post("/api/looked", { what: "take_over", whom: open, detail: note }, newKey()).then(
          () => {
            handOverShown.value = false;
            spokenLine("good", th("hand.signed"));
          },
          () => spokenLine("bad", t("said.failed")),
        );
      }}
    >
      <label>
        {th("hand.note")} <textarea name="note" maxLength={500} rows={2} />
      </label>
      <button class="primary" data-act="sign">
        {th("hand.sign")}
      </button>
    </form>
  );
}

function Section({ title, rows }: { title: HandKey; rows: ComponentChildren[] }) {
  return (
    <section>
      <h3>{th(title)}</h3>
      {rows.length === 0 ? (
        <p class="muted">{th("hand.none")}</p>
      ) : (
        <ul>
          {rows.map((row, i) => (
            <li key={i}>{row}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function callLine(call: CallChanged): string {
  const sent = call.tasks.map((task) => unitName(task.unit_id)).filter(Boolean);
  return [call.call_id, serviceName(call.service), placeText(call.place), stateText(call), sent.join(", ")].filter(Boolean).join(" · ");
}

function figures(): string {
  const closed = state.closedCalls.value;
  const median = state.medianResponse.value;
  const late = closed.filter((call) => call.tasks.some((task) => task.breached_at !== null)).length;
  return th("hand.figures", { closed: closed.length, median: median === null ? "–" : minutesSeconds(median), late });
}

function shelfText(alarm: Alarm, zone: string | undefined): string {
  return ta("alarm.until", { time: clockTime((alarm.shelved_until ?? 0) / 1e3, false, zone), reason: ta(`shelf.${alarm.shelf_reason}` as AlarmKey) });
}

function closed(): string[] {
  const { connectors, fire_mode } = state.closures.value;
  const names = connectors.map((id) => {
    const connector = state.site.value?.connectors.find((one) => one.connector_id === id);
    return named(connector?.name, `${connector ? t(`kind.${connector.kind}`) : ""} ${id}`);
  });
  return fire_mode ? [t("site.fire.on"), ...names] : names;
}

function absent(): string[] {
  return [...state.units.value.values()]
    .filter((unit) => unit.status === "on_break" || unit.status === "off_duty")
    .map((unit) => `${unitName(unit.unit_id)} · ${coded("status", unit.status)}`);
}

function empty(): string[] {
  return [...state.stock.value.values()].flatMap((row) =>
    Object.entries(row.free)
      .filter(([, free]) => free === 0)
      .map(([item]) => `${depotName(row.depot)} · ${itemName(item)}`),
  );
}
