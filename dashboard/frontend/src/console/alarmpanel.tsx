// C5 in short: open alarms, the gravest first; acknowledged ones stay in sight until they are over.

import { clockTime } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { select } from "./actions";
import { acknowledge, acknowledged, alarms, unacknowledged, type Alarm } from "./alarms";
import * as state from "./state";
import { t } from "./texts";

export function AlarmPanel() {
  const all = alarms.value;
  return (
    <section class="panel-body">
      <h2>{t("top.alarms")}</h2>
      {all.length === 0 && <p class="muted">{t("alarm.none")}</p>}
      {unacknowledged.value.length > 1 && (
        <button onClick={() => acknowledge(unacknowledged.value.map((alarm) => alarm.id))}>
          <Icon name="check" size={16} /> {t("alarm.ackAll")}
        </button>
      )}
      <ul class="alarms">
        {all.map((alarm) => (
          <Row key={alarm.id} alarm={alarm} />
        ))}
      </ul>
    </section>
  );
}

function Row({ alarm }: { alarm: Alarm }) {
  const done = acknowledged.value.has(alarm.id);
  const { goTo } = alarm;
  return (
    <li class={`alarm level-${alarm.level} ${done ? "acknowledged" : ""}`}>
      <Icon name={alarm.level === 3 ? "gateway" : "warning"} size={20} />
      <button class="alarm-text link" disabled={!goTo} onClick={() => goTo && select(goTo)}>
        <strong>{alarm.text}</strong>
        <span class="muted">
          {alarm.at > 0 && `${clockTime(alarm.at / 1e3, true, state.site.value?.timezone)} · `}
          {alarm.where}
        </span>
      </button>
      {done ? (
        <span class="muted">{t("alarm.acked")}</span>
      ) : (
        <button class="small" onClick={() => acknowledge([alarm.id])}>
          {t("alarm.ack")}
        </button>
      )}
    </li>
  );
}
