// What an operator can order about a call besides sending people: hold, merge, add, cancel, and back again.

import { signal } from "@preact/signals";
import { clockTime } from "../shared/i18n";
import { focusOnce } from "../shared/focus";
import { Icon } from "../shared/icon";
import { reasonText } from "../shared/reasons";
import { now } from "../shared/clock";
import { isOpen } from "../shared/sla";
import type { CallChanged, TaskView } from "../shared/protocol";
import { abandon, addTask, asks, asksCancel, beginMove, cancelCall, dropTask, hold, merge, resume, select, unmerge } from "./actions";
import { to, type OrderKey } from "./ordertexts";
import * as state from "./state";
import { t } from "./texts";
import { placeText, roleName, serviceName } from "./words";

const CANCEL_REASONS = ["customer_gone", "duplicate", "mistake", "solved"] as const;
const HOLD_CAUSES = ["wants_it_later", "not_at_the_place", "not_reachable", "not_decided"] as const;
const HOLD_MINUTES = [5, 15, 30] as const;
const minutes = signal<number>(15);
/** Calls this near are offered for merging first; others of the same kind after them. */
const NEAR_M = 60;
const MERGES_SHOWN = 6;

export function CallOrders({ call }: { call: CallChanged }) {
  if (asksCancel.value) return <Why legend={t("call.cancel.why")} reasons={CANCEL_REASONS} text={reasonText} chosen={(reason) => void cancelCall(call.call_id, reason)} />;
  if (asks.value === "hold") return <Hold call={call} />;
  if (asks.value === "merge") return <Merge call={call} />;
  if (asks.value === "add") {
    const roles = (state.site.value?.roles ?? []).map((row) => row.role);
    return <Why legend={to("order.add.who")} reasons={roles} text={roleName} chosen={(role) => void addTask(call.call_id, role)} />;
  }
  return (
    <>
      {call.similar_to && isOpen(state.calls.value.get(call.similar_to) ?? call) && <Similar call={call} />}
      <div class="buttons">
        {call.held_at === null ? (
          <button data-act="hold" onClick={() => (asks.value = "hold")} title="O">
            {to("order.hold")}
          </button>
        ) : (
          <button class="primary" data-act="resume" onClick={() => void resume(call.call_id)} title="O">
            {to("order.resume")}
          </button>
        )}
        <button data-act="add" onClick={() => (asks.value = "add")} title="I">
          <Icon name="plus" size={16} /> {to("order.add")}
        </button>
        <button data-act="merge" onClick={() => (asks.value = "merge")} title="J">
          {to("order.merge")}
        </button>
        <button onClick={() => beginMove(call)}>
          <Icon name="pin" size={16} /> {t("call.move")}
        </button>
        <button data-act="abandon" onClick={() => void abandon(call.call_id)}>
          {to("order.abandon")}
        </button>
        <button class="danger" onClick={() => (asksCancel.value = true)} title="C">
          <Icon name="close" size={16} /> {t("call.cancel")}
        </button>
      </div>
    </>
  );
}

/** What stands above the people wanted: a hold, a merger, what was merged into this. */
export function Standing({ call }: { call: CallChanged }) {
  const may = state.canDispatch.value;
  return (
    <>
      {call.held_at !== null && <p class="warn held">{heldText(call)}</p>}
      {call.state === "merged" && (
        <p class="merged">
          <button class="link" onClick={() => select({ kind: "call", id: call.merged_into })}>
            {to("order.merged", { call: call.merged_into })}
          </button>
          {may && <Unmerge callId={call.call_id} />}
        </p>
      )}
      {call.duplicates.length > 0 && (
        <p class="merged">
          {to("order.duplicates")}:{" "}
          {call.duplicates.map((one) => (
            <span key={one} class="chip">
              {one} {may && <Unmerge callId={one} />}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

export const heldText = (call: CallChanged): string =>
  to("order.held", {
    time: clockTime((call.held_until ?? 0) / 1e3, false, state.site.value?.timezone),
    cause: call.hold_cause ? to(`cause.${call.hold_cause}` as OrderKey) : "",
  });

/** One of several persons may be sent away again. */
export function DropTask({ call, task }: { call: CallChanged; task: TaskView }) {
  const open = call.tasks.filter((one) => !["cleared", "cancelled", "abandoned", "merged"].includes(one.state));
  if (!state.canDispatch.value || open.length < 2 || !open.includes(task)) return null;
  return (
    <button class="small" data-act="drop" onClick={() => void dropTask(task.task_id)}>
      {to("order.drop")}
    </button>
  );
}

function Unmerge({ callId }: { callId: string }) {
  return (
    <button class="small" data-act="unmerge" onClick={() => void unmerge(callId)}>
      {to("order.unmerge")}
    </button>
  );
}

function Similar({ call }: { call: CallChanged }) {
  return (
    <p class="cure similar">
      <button class="link" onClick={() => select({ kind: "call", id: call.similar_to })}>
        {to("order.similar", { call: call.similar_to })}
      </button>
      <button class="small primary" data-act="merge-similar" onClick={() => void merge(call.call_id, call.similar_to)}>
        {to("order.merge")}
      </button>
    </p>
  );
}

function Hold({ call }: { call: CallChanged }) {
  const until = Math.round(now.value * 1e3 + minutes.value * 60e6);
  return (
    <Why legend={to("order.hold.why")} reasons={HOLD_CAUSES} text={(cause) => to(`cause.${cause}` as OrderKey)} chosen={(cause) => void hold(call.call_id, cause, until)}>
      <span class="segments" role="group" aria-label={to("order.hold.for")}>
        {HOLD_MINUTES.map((n) => (
          <button key={n} aria-pressed={minutes.value === n} onClick={() => (minutes.value = n)}>
            {to("order.minutes", { n })}
          </button>
        ))}
      </span>
    </Why>
  );
}

/** Open calls of the same kind, the nearest first. */
function Merge({ call }: { call: CallChanged }) {
  const away = (other: CallChanged): number =>
    Math.hypot(other.place.x_m - call.place.x_m, other.place.y_m - call.place.y_m) + (other.place.floor === call.place.floor ? 0 : 2 * NEAR_M);
  const rank = (other: CallChanged): number => (other.call_id === call.similar_to ? -1 : away(other) + (other.service === call.service ? 0 : 5 * NEAR_M));
  const others = state.openCalls.value.filter((other) => other.call_id !== call.call_id).sort((a, b) => rank(a) - rank(b));
  const text = (id: string): string => {
    const other = state.calls.value.get(id);
    return other ? `${id} · ${serviceName(other.service)} · ${placeText(other.place)}` : id;
  };
  const ids = others.slice(0, MERGES_SHOWN).map((other) => other.call_id);
  return (
    <Why legend={ids.length ? to("order.merge.into") : to("order.merge.none")} reasons={ids} text={text} chosen={(into) => void merge(call.call_id, into)} />
  );
}

interface WhyProps {
  legend: string;
  reasons: readonly string[];
  text: (reason: string) => string;
  chosen: (reason: string) => void;
  children?: preact.ComponentChildren;
}

/** One question, one press. */
function Why({ legend, reasons, text, chosen, children }: WhyProps) {
  const back = (): void => {
    asks.value = null;
    asksCancel.value = false;
  };
  return (
    <fieldset class="why">
      <legend>{legend}</legend>
      {children}
      {reasons.map((reason, i) => (
        <button key={reason} class={asksCancel.value ? "danger" : ""} data-reason={reason} ref={i === 0 ? focusOnce : null} onClick={() => chosen(reason)}>
          {text(reason)}
        </button>
      ))}
      <button onClick={back}>{t("call.back")}</button>
    </fieldset>
  );
}
