// C5 in short: open alarms, the gravest first; acknowledged ones stay in sight until they are over, shelved
// ones stand below with their end. When there are too many at once, they are shown by cause.

import { signal } from "@preact/signals";
import { clockTime } from "../shared/i18n";
import { focusOnce } from "../shared/focus";
import { Icon } from "../shared/icon";
import { select } from "./actions";
import {
  FLOOD,
  SHELF_MINUTES,
  SHELF_REASONS,
  acknowledge,
  acknowledged,
  alarms,
  isShelved,
  mayShelve,
  onShelf,
  shelve,
  shelved,
  unacknowledged,
  unshelve,
  type Alarm,
} from "./alarms";
import * as state from "./state";
import { t, type TextKey } from "./texts";

/** The alarm that is about to be put aside. */
const asking = signal<string | null>(null);
const minutes = signal<number>(SHELF_MINUTES[1]);

export function AlarmPanel() {
  const open = alarms.value.filter((alarm) => !isShelved(alarm));
  return (
    <section class="panel-body">
      <h2>{t("top.alarms")}</h2>
      {open.length === 0 && <p class="muted">{t("alarm.none")}</p>}
      {unacknowledged.value.length > 1 && (
        <button onClick={() => acknowledge(unacknowledged.value.map((alarm) => alarm.id))}>
          <Icon name="check" size={16} /> {t("alarm.ackAll")}
        </button>
      )}
      {open.length > FLOOD ? <Flood open={open} /> : <Rows rows={open} />}
      {onShelf.value.length > 0 && <h3>{t("alarm.shelved", { n: onShelf.value.length })}</h3>}
      <Rows rows={onShelf.value} />
    </section>
  );
}

function Rows({ rows }: { rows: Alarm[] }) {
  return (
    <ul class="alarms">
      {rows.map((alarm) => (
        <Row key={alarm.id} alarm={alarm} />
      ))}
    </ul>
  );
}

/** One heading per cause, the first of each beside it; emergencies are never folded. */
function Flood({ open }: { open: Alarm[] }) {
  const grave = open.filter((alarm) => alarm.level === 1);
  const causes = new Map<string, Alarm[]>();
  for (const alarm of open) {
    if (alarm.level === 1) continue;
    causes.set(alarm.text, [...(causes.get(alarm.text) ?? []), alarm]);
  }
  return (
    <>
      <p class="warn">{t("alarm.flood")}</p>
      <Rows rows={grave} />
      {[...causes].map(([cause, rows]) => (
        <details key={cause} class="cause">
          <summary>
            {cause} <strong>{rows.length}</strong> <span class="muted">{rows[rows.length - 1]?.where}</span>
          </summary>
          <Rows rows={rows} />
        </details>
      ))}
    </>
  );
}

function Row({ alarm }: { alarm: Alarm }) {
  const done = acknowledged.value.has(alarm.id);
  const { goTo } = alarm;
  const zone = state.site.value?.timezone;
  const shelf = isShelved(alarm) ? shelved.value.get(alarm.id) : undefined;
  return (
    <li class={`alarm level-${alarm.level} ${done || shelf ? "acknowledged" : ""}`}>
      <Icon name={alarm.level === 3 ? "gateway" : "warning"} size={20} />
      <button class="alarm-text link" disabled={!goTo} onClick={() => goTo && select(goTo)}>
        <strong>{alarm.text}</strong>
        <span class="muted">
          {alarm.at > 0 && `${clockTime(alarm.at / 1e3, true, zone)} · `}
          {alarm.where}
        </span>
        {shelf && <span class="muted">{t("alarm.until", { time: clockTime(shelf.until, false, zone), reason: t(`shelf.${shelf.reason}` as TextKey) })}</span>}
      </button>
      <span class="alarm-buttons">
        {shelf ? (
          <button class="small" onClick={() => unshelve(alarm.id)}>
            {t("alarm.unshelve")}
          </button>
        ) : (
          <>
            {done ? (
              <span class="muted">{t("alarm.acked")}</span>
            ) : (
              <button class="small" onClick={() => acknowledge([alarm.id])}>
                {t("alarm.ack")}
              </button>
            )}
            {mayShelve(alarm) && (
              <button class="small" data-act="shelve" aria-expanded={asking.value === alarm.id} onClick={() => (asking.value = asking.value === alarm.id ? null : alarm.id)}>
                {t("alarm.shelve")}
              </button>
            )}
          </>
        )}
      </span>
      {asking.value === alarm.id && !shelf && <Shelf alarm={alarm} />}
    </li>
  );
}

/** For how long, and why: no alarm is put aside without a reason. */
function Shelf({ alarm }: { alarm: Alarm }) {
  return (
    <fieldset class="why shelf">
      <legend>{t("alarm.why")}</legend>
      <span class="segments">
        {SHELF_MINUTES.map((n) => (
          <button key={n} aria-pressed={minutes.value === n} onClick={() => (minutes.value = n)}>
            {t("alarm.minutes", { n })}
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
            shelve(alarm, minutes.value, reason);
          }}
        >
          {t(`shelf.${reason}`)}
        </button>
      ))}
    </fieldset>
  );
}
