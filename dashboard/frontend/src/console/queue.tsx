// C1, left: the open calls by time left, then those in good hands, then what was closed within the hour.

import { minutesSeconds } from "../shared/i18n";
import { Icon, ServiceIcon } from "../shared/icon";
import { Ring } from "../shared/ring";
import { pressingTask } from "../shared/sla";
import type { CallChanged } from "../shared/protocol";
import { beginCall, select } from "./actions";
import { heldText } from "./orders";
import { to } from "./ordertexts";
import * as state from "./state";
import { t } from "./texts";
import { placeText, serviceIcon, serviceName, stateText, unitName } from "./words";

const CLOSED_SHOWN = 12;
/** A call that is drawn onto a person on the map; the button for it stands beside each candidate. */
export const DRAGGED_CALL = "application/x-nearhand-call";

export function Queue() {
  const open = state.openCalls.value;
  const held = open.filter((call) => call.held_at !== null);
  const awaited = open.filter((call) => call.held_at === null && pressingTask(call));
  const reached = open.filter((call) => call.held_at === null && !pressingTask(call));
  const closed = state.closedCalls.value.slice(0, CLOSED_SHOWN);
  return (
    <section class="queue" aria-label={t("queue.title")}>
      <header class="queue-head">
        <h2>
          {t("queue.title")} <span class="count">{open.length}</span>
        </h2>
        {state.canDispatch.value && (
          <button class="primary" onClick={() => beginCall()} title="N">
            <Icon name="plus" size={16} /> {t("queue.new")}
          </button>
        )}
      </header>
      <div class="queue-list">
        {open.length === 0 && <Quiet />}
        {awaited.length > 0 && <Group title={t("queue.waiting")} calls={awaited} />}
        {held.length > 0 && <Group title={to("order.hold.group")} calls={held} />}
        {reached.length > 0 && <Group title={t("queue.onScene")} calls={reached} />}
        {closed.length > 0 && <Group title={t("queue.closed")} calls={closed} />}
      </div>
    </section>
  );
}

function Group({ title, calls }: { title: string; calls: CallChanged[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {calls.map((call) => (
          <Row key={call.call_id} call={call} />
        ))}
      </ul>
    </>
  );
}

/** Nothing to do: one calm line. */
function Quiet() {
  const [free, on] = state.roleCounts.value.reduce(([free, on], count) => [free + count.free, on + count.onDuty], [0, 0]);
  const quiet = state.quietSeconds.value;
  const people = t(free === on ? "queue.allFree" : "queue.someFree", { free, on });
  return (
    <div class="quiet">
      <Icon name="check" size={28} />
      <p>{t("queue.empty")}</p>
      <p class="muted">{quiet === null ? people : t("queue.quiet", { free: people, minutes: Math.max(0, Math.floor(quiet / 60)) })}</p>
    </div>
  );
}

function Row({ call }: { call: CallChanged }) {
  const sla = state.slaNow(call);
  const chosen = state.selection.value;
  const selected = chosen?.kind === "call" && chosen.id === call.call_id;
  const name = serviceName(call.service);
  const place = placeText(call.place);
  return (
    <li>
      <button
        class={`row priority-${call.priority} sla-${sla.kind}`}
        aria-current={selected ? "true" : undefined}
        data-call={call.call_id}
        draggable={state.canDispatch.value && sla.kind !== "over"}
        onDragStart={(event) => event.dataTransfer?.setData(DRAGGED_CALL, call.call_id)}
        onClick={() => select({ kind: "call", id: call.call_id })}
      >
        <Ring sla={sla} size={50} />
        <span class="row-text">
          <span class="row-title">
            <ServiceIcon icon={serviceIcon(call.service)} size={17} /> {name}
          </span>
          <span class="row-place">{place}</span>
          <Helpers call={call} missBy={sla.missBy} />
        </span>
      </button>
    </li>
  );
}

/** Who is on it and when they arrive, or what keeps us. */
function Helpers({ call, missBy }: { call: CallChanged; missBy: number | null }) {
  const sent = call.tasks.filter((task) => task.unit_id);
  const stuck = call.tasks.some((task) => task.state === "pending" && Object.keys(task.waiting_for).length > 0);
  const first = sent[0];
  return (
    <span class="row-state">
      <span class={`state state-${call.state}`}>{stateText(call)}</span>
      {first && <span class="who">{unitName(first.unit_id)}</span>}
      {sent.length > 1 && <span class="who">{t("queue.more", { n: sent.length - 1 })}</span>}
      {call.held_at !== null && <span class="muted">{heldText(call)}</span>}
      {missBy !== null && call.held_at === null && <span class="warn">{t("queue.miss", { time: minutesSeconds(missBy) })}</span>}
      {stuck && <span class="warn">{t("queue.nobody")}</span>}
    </span>
  );
}
