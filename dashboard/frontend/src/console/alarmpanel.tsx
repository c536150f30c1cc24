// C5 in short: open alarms, the gravest first; acknowledged ones stay in sight until they are over, shelved
// ones stand below with their end. When there are too many at once, they are shown by cause.

import { signal } from "@preact/signals";
import { clockTime } from "../shared/i18n";
import { focusOnce } from "../shared/focus";
import { Icon } from "../shared/icon";
import type { Alarm } from "../shared/protocol";
import { select } from "./actions";
import {
  SHELF_MINUTES,
  SHELF_REASONS,
  UNTIL_OVER,
  acknowledge,
  alarmText,
  alarms,
  causeText,
  goalOf,
  isShelved,
  mayShelve,
  onShelf,
  shelve,
  unacknowledged,
  unshelve,
  whereText,
} from "./alarms";
import * as state from "./state";
import { type AlarmKey, ta } from "./alarmtexts";
import { t } from "./texts";
import { byText } from "./words";

/** The alarm that is about to be put aside. */
const asking = signal<string | null>(null);
const minutes = signal<number>(SHELF_MINUTES[1]);

export function AlarmPanel() {
  const open = alarms.value.filter((alarm) => !isShelved(alarm));
  return (
    <section class="panel-body">
      <h2>{t("top.alarms")}</h2>
      {open.length === 0 && <p class="muted">{ta("alarm.none")}</p>}
      <p class="muted">{ta("alarm.rate", { n: state.board.value.begun_last_hour })}</p>
      {unacknowledged.value.length > 1 && !state.past.value && (
        <button onClick={() => void acknowledge(unacknowledged.value)}>
          <Icon name="check" size={16} /> {ta("alarm.ackAll")}
        </button>
      )}
      {state.board.value.flood ? <Flood open={open} /> : <Rows rows={open} />}
      {onShelf.value.length > 0 && <h3>{ta("alarm.shelved", { n: onShelf.value.length })}</h3>}
      <Rows rows={onShelf.value} />
    </section>
  );
}

function Rows({ rows }: { rows: Alarm[] }) {
  return (
    <ul class="alarms">
      {rows.map((alarm) => (
        <Row key={alarm.alarm_id} alarm={alarm} />
      ))}
    </ul>
  );
}

/** One heading per cause, where it began beside it; emergencies are never folded. */
function Flood({ open }: { open: Alarm[] }) {
  const byId = new Map(open.map((alarm) => [alarm.alarm_id, alarm]));
  return (
    <>
      <p class="warn">{ta("alarm.flood")}</p>
      <Rows rows={open.filter((alarm) => alarm.level === 1)} />
      {state.board.value.causes.map(({ cause, count, first }) => {
        const began = byId.get(first);
        return (
          <details key={cause} class="cause">
            <summary>
              {causeText(cause)} <strong>{ta("alarm.more", { n: count })}</strong>{" "}
              {began && <span class="muted">{ta("alarm.first", { name: `${alarmText(began)} ${whereText(began)}` })}</span>}
            </summary>
            <Rows rows={open.filter((alarm) => alarm.cause === cause)} />
          </details>
        );
      })}
    </>
  );
}

function Row({ alarm }: { alarm: Alarm }) {
  const done = alarm.acknowledged_by !== "";
  const goTo = goalOf(alarm);
  const zone = state.site.value?.timezone;
  const shelf = isShelved(alarm);
  return (
    <li class={`alarm level-${alarm.level} ${done || shelf ? "acknowledged" : ""}`}>
      <Icon name={alarm.level === 3 ? "gateway" : "warning"} size={20} />
      <button class="alarm-text link" disabled={!goTo} onClick={() => goTo && select(goTo)}>
        <strong>{alarmText(alarm)}</strong>
        <span class="muted">
          {alarm.at > 0 && `${clockTime(alarm.at / 1e3, true, zone)} · `}
          {whereText(alarm)}
        </span>
        {shelf && (
          <span class="muted">
            {ta("alarm.until", { time: clockTime((alarm.shelved_until ?? 0) / 1e3, false, zone), reason: ta(`shelf.${alarm.shelf_reason}` as AlarmKey) })} · {byText(alarm.shelved_by)}
          </span>
        )}
      </button>
      <span class="alarm-buttons">
        {shelf ? (
          <button class="small" onClick={() => void unshelve(alarm)}>
            {ta("alarm.unshelve")}
          </button>
        ) : (
          <>
            {done ? (
              <span class="muted" title={ta("alarm.by", { name: byText(alarm.acknowledged_by) })}>{ta("alarm.acked")}</span>
            ) : (
              <button class="small" onClick={() => void acknowledge([alarm])}>
                {ta("alarm.ack")}
              </button>
            )}
            {mayShelve(alarm) && (
              <button class="small" data-act="shelve" aria-expanded={asking.value === alarm.alarm_id} onClick={() => (asking.value = asking.value === alarm.alarm_id ? null : alarm.alarm_id)}>
                {ta("alarm.shelve")}
              </button>
            )}
          </>
        )}
      </span>
      {asking.value === alarm.alarm_id && !shelf && <Shelf alarm={alarm} />}
    </li>
  );
}

/** For how long, and why: no alarm is put aside without a reason. */
function Shelf({ alarm }: { alarm: Alarm }) {
  return (
    <fieldset class="why shelf">
      <legend>{ta("alarm.why")}</legend>
      <span class="segments">
        {SHELF_MINUTES.map((n) => (
          <button key={n} aria-pressed={minutes.value === n} onClick={() => (minutes.value = n)}>
            {n === UNTIL_OVER ? ta("alarm.untilOver") : ta("alarm.minutes", { n })}
          </button>
        ))}
      </span>
      {SHELF_REASONS.map((reason, i) => (
        <button
          key={reason}
          ref={i === 0 ? focusOnce : null}
          data-reason={reason}
          onClick={() => {
            asking.value = null;
            void shelve(alarm, minutes.value, reason);
          }}
        >
          {ta(`shelf.${reason}`)}
        </button>
      ))}
    </fieldset>
  );
}
