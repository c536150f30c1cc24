// C1, right: everything about the selected call or person.

import { now } from "../shared/clock";
import { clockTime, minutesSeconds } from "../shared/i18n";
import { Icon, RoleShape, ServiceIcon } from "../shared/icon";
import { reasonText } from "../shared/reasons";
import { Ring, readable } from "../shared/ring";
import { clockOf, isOpen, responseSeconds } from "../shared/sla";
import type { CallChanged, Candidate, Cure, OfferView, TaskView } from "../shared/protocol";
import { assign, release, select } from "./actions";
import { Attached } from "./attached";
import { Export, Knew } from "./knew";
import { CallOrders, DropTask, Standing } from "./orders";
import { UnitDetail } from "./unitdetail";
import * as state from "./state";
import { coded, t } from "./texts";
import {
  byText,
  colourOf,
  depotName,
  factText,
  itemName,
  placeText,
  roleName,
  serviceIcon,
  serviceName,
  shapeOf,
  stateText,
  unitName,
} from "./words";

export function Detail() {
  const chosen = state.selection.value;
  if (chosen?.kind === "unit") return <UnitDetail unitId={chosen.id} />;
  if (chosen?.kind !== "call") return <Nothing />;
  const call = state.selectedCall.value;
  return call ? <CallDetail call={call} /> : <p class="empty">{t("call.gone")}</p>;
}

function Nothing() {
  return (
    <div class="empty">
      <Icon name="target" size={36} />
      <p>{t("call.none")}</p>
      <p class="muted">{t("call.none.hint")}</p>
    </div>
  );
}

function CallDetail({ call }: { call: CallChanged }) {
  const response = responseSeconds(call);
  return (
    <article class={`call priority-${call.priority}`} data-detail={call.call_id}>
      <header class="call-head">
        <Ring sla={state.slaNow(call)} size={72} />
        <div>
          <h2>
            <ServiceIcon icon={serviceIcon(call.service)} size={22} /> {serviceName(call.service)}
          </h2>
          <p class="call-place">{placeText(call.place)}</p>
          <p class="muted">
            <span class={`state state-${call.state}`}>{stateText(call)}</span> {t("call.priority", { n: call.priority })} · {call.call_id}
          </p>
        </div>
      </header>
      <dl class="facts">
        <dt>{t("call.received")}</dt>
        <dd>
          {clockTime(call.received_at / 1e3, true, state.site.value?.timezone)} · {byText(call.by)}
        </dd>
        {call.note && <dt>{t("call.note")}</dt>}
        {call.note && <dd>{call.note}</dd>}
        {response !== null && <dt>{t("state.on_scene")}</dt>}
        {response !== null && <dd class="response">{t("call.response", { time: minutesSeconds(response) })}</dd>}
        {call.stars !== null && <dt>{t("call.stars")}</dt>}
        {call.stars !== null && <dd>{t(`stars.${call.stars as 1 | 2 | 3}`)}</dd>}
      </dl>
      <Standing call={call} />
      {isOpen(call) && state.canDispatch.value && <CallOrders call={call} />}
      {state.mayDispatch.value && <Export call={call} />}
      {state.past.value && <Knew call={call} />}
      <h3>{t("call.tasks")}</h3>
      {call.tasks.map((task) => (
        <Task key={task.task_id} call={call} task={task} />
      ))}
      <h3>{t("call.timeline")}</h3>
      <ol class="timeline">
        {[...call.timeline].reverse().map((entry) => (
          <li key={`${entry.at} ${entry.kind} ${entry.unit_id}`} class={`fact-${entry.kind}`}>
            <time>{clockTime(entry.at / 1e3, true, state.site.value?.timezone)}</time> {factText(entry, call.service)} <Attached entry={entry} />
          </li>
        ))}
      </ol>
    </article>
  );
}

function Task({ call, task }: { call: CallChanged; task: TaskView }) {
  const open = isOpen(call) && task.state !== "cleared" && task.state !== "cancelled";
  const sla = clockOf(call.received_at, task.deadline_at, task.eta_at, now.value);
  const offer = task.offers[0];
  return (
    <section class="task">
      <header>
        <RoleShape shape={shapeOf(task.role)} colour={colourOf(task.role)} />
        <strong>{roleName(task.role)}</strong>
        {task.item && <span class="chip">{itemName(task.item)}</span>}
        <span class={`state state-${task.state}`}>{stateText(task)}</span>
        <DropTask call={call} task={task} />
      </header>
      {task.unit_id && (
        <p class="sent">
          <button class="link" onClick={() => select({ kind: "unit", id: task.unit_id as string })}>
            {unitName(task.unit_id)}
          </button>
          {open && task.eta_at !== null && task.on_scene_at === null && (
            <span>{t("call.arrives", { time: minutesSeconds(Math.max(0, readable(task.eta_at / 1e6 - now.value / 1e3))) })}</span>
          )}
          {open && sla.missBy !== null && task.on_scene_at === null && (
            <span class="warn">{t("queue.miss", { time: minutesSeconds(sla.missBy) })}</span>
          )}
          {task.depot && <span class="muted">{t("call.depot", { depot: depotName(task.depot) })}</span>}
          {task.on_scene_at !== null && (
            <span class="muted">{t("call.response", { time: minutesSeconds((task.on_scene_at - call.received_at) / 1e6) })}</span>
          )}
          {open && task.on_scene_at === null && state.canDispatch.value && (
            <button class="small" onClick={() => void release(task.task_id, task.unit_id as string)}>
              {t("call.release")}
            </button>
          )}
        </p>
      )}
      {open && task.escalated_to && <p class="warn">{t("escalated", { to: coded("escalated", task.escalated_to) })}</p>}
      {open && task.cure && task.on_scene_at === null && <CureLine task={task} cure={task.cure} />}
      {open && offer && <Offer offer={offer} />}
      {open && task.on_scene_at === null && task.candidates.length > 0 && <Candidates call={call} task={task} />}
    </section>
  );
}

/** It will be late, and this is what would help: said before the miss, with the cure as a button. */
function CureLine({ task, cure }: { task: TaskView; cure: Cure }) {
  return (
    <p class="cure">
      <span>
        <Icon name="warning" size={16} />{" "}
        {t("cure.text", { name: unitName(cure.unit_id), time: minutesSeconds(cure.eta_s), percent: Math.round(cure.p_on_time * 100) })}{" "}
        {cure.taken_from && <span class="muted">{t("cure.from")}</span>}
      </span>
      {state.canDispatch.value && (
        <button class="small primary" data-act="cure" onClick={() => void assign(task.task_id, cure.unit_id)}>
          {t("cure.do")}
        </button>
      )}
    </p>
  );
}

function Offer({ offer }: { offer: OfferView }) {
  const left = Math.max(0, Math.floor(offer.expires_at / 1e6 - now.value / 1e3));
  const receipt = offer.seen_at !== null ? "call.seen" : offer.delivered_at !== null ? "call.delivered" : null;
  return (
    <p class="offer">
      {t("call.offeredTo", { name: unitName(offer.unit_id), time: minutesSeconds(left) })}
      {receipt && <span class="chip">{t(receipt)}</span>}
    </p>
  );
}

function Candidates({ call, task }: { call: CallChanged; task: TaskView }) {
  return (
    <table class="candidates" aria-label={t("call.candidates")}>
      <tbody>
        {task.candidates.map((candidate) => (
          <CandidateRow key={candidate.unit_id} call={call} task={task} candidate={candidate} />
        ))}
      </tbody>
    </table>
  );
}

function CandidateRow({ call, task, candidate }: { call: CallChanged; task: TaskView; candidate: Candidate }) {
  const current = task.unit_id === candidate.unit_id;
  const sameFloor = state.places.value.get(candidate.unit_id)?.floor === call.place.floor;
  // What the planner saw when it decided; of whoever has the task by now, where they stand.
  const why = [current ? stateText(task) : reasonText(candidate.reason)];
  if (sameFloor) why.push(t("why.sameFloor"));
  if (candidate.p_on_time !== null) why.push(t("why.onTime", { percent: Math.round(candidate.p_on_time * 100) }));
  if (candidate.fix_age_s !== null && candidate.fix_age_s > 5) why.push(t("why.fixAge", { seconds: Math.round(candidate.fix_age_s) }));
  return (
    <tr class={candidate.reason.startsWith("chosen") ? "chosen" : ""} aria-current={current ? "true" : undefined}>
      <td class="candidate-name">
        <button class="link" onClick={() => select({ kind: "unit", id: candidate.unit_id })}>
          {unitName(candidate.unit_id)}
        </button>
        <span class="muted">{why.join(" · ")}</span>
      </td>
      <td class="candidate-eta">{candidate.eta_s === null ? "–" : minutesSeconds(candidate.eta_s)}</td>
      <td>
        {state.canDispatch.value && !current && (
          <button class="small assign" onClick={() => void assign(task.task_id, candidate.unit_id)}>
            {t(task.unit_id ? "call.reassign" : "call.assign")}
          </button>
        )}
      </td>
    </tr>
  );
}
