// C6: who is here, by role; free people first.

import { signal } from "@preact/signals";
import { RoleShape } from "../shared/icon";
import { now } from "../shared/clock";
import { minutesSeconds, named, translator } from "../shared/i18n";
import { readable } from "../shared/ring";
import type { UnitChanged } from "../shared/protocol";
import { select } from "./actions";
import { Cover } from "./cover";
import * as state from "./state";
import { Broadcast, unread } from "./talk";
import { coded, t } from "./texts";
import { colourOf, pointName, roleName, shapeOf, unitName } from "./words";

const query = signal("");
/** Only those on one floor; empty: all. */
const onFloor = signal("");

const tr = translator(
  { floor: "楼层", all: "全部楼层", battery: "电量 {n}%", ago: "{time} 前" },
  { floor: "Floor", all: "All floors", battery: "battery {n}%", ago: "{time} ago" },
);
const BATTERY_LOW = 20;
const ORDER = ["available", "offered", "en_route_to_item", "en_route", "on_scene", "returning_item", "on_break", "off_duty"];

function matches(unit: UnitChanged): boolean {
  if (onFloor.value && state.places.value.get(unit.unit_id)?.floor !== onFloor.value) return false;
  const wanted = query.value.trim().toLowerCase();
  if (!wanted) return true;
  const name = state.staffOf.value.get(unit.unit_id)?.name;
  return `${unit.unit_id} ${name?.zh} ${name?.en}`.toLowerCase().includes(wanted);
}

export function Staff() {
  const rows = [...state.units.value.values()]
    .filter(matches)
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || (a.unit_id < b.unit_id ? -1 : 1));
  return (
    <section class="panel-body">
      <h2>{t("staff.title")}</h2>
      <input type="search" aria-label={t("staff.find")} placeholder={t("staff.find")} value={query.value} onInput={(event) => (query.value = event.currentTarget.value)} />
      <select data-field="floor" aria-label={tr("floor")} value={onFloor.value} onChange={(event) => (onFloor.value = event.currentTarget.value)}>
        <option value="">{tr("all")}</option>
        {[...(state.site.value?.floors ?? [])].reverse().map((floor) => (
          <option key={floor.floor} value={floor.floor}>
            {floor.floor} {named(floor.name)}
          </option>
        ))}
      </select>
      {state.canDispatch.value && <Broadcast to={rows.filter((unit) => unit.status !== "off_duty").map((unit) => unit.unit_id)} />}
      {state.roleCounts.value.map((count) => {
        const own = rows.filter((unit) => unit.roles[0] === count.role);
        if (own.length === 0) return null;
        return (
          <section key={count.role} class="roster">
            <h3>
              <RoleShape shape={shapeOf(count.role)} colour={colourOf(count.role)} /> {roleName(count.role)}
              <span class="muted">
                {count.free} {t("staff.free")} / {count.onDuty} {t("staff.onDuty")}
              </span>
            </h3>
            <ul>
              {own.map((unit) => (
                <Row key={unit.unit_id} unit={unit} />
              ))}
            </ul>
          </section>
        );
      })}
      <Cover />
    </section>
  );
}

function Row({ unit }: { unit: UnitChanged }) {
  const where = state.places.value.get(unit.unit_id);
  const chosen = state.selection.value;
  return (
    <li>
      <button
        class="person"
        data-unit={unit.unit_id}
        aria-current={chosen?.kind === "unit" && chosen.id === unit.unit_id ? "true" : undefined}
        onClick={() => select({ kind: "unit", id: unit.unit_id })}
      >
        <span class="person-name">{named(state.staffOf.value.get(unit.unit_id)?.name, unitName(unit.unit_id))}</span>
        {unread(unit.unit_id) > 0 && <b class="words">{unread(unit.unit_id)}</b>}
        <span class={`state status-${unit.status}`}>{coded("status", unit.status)}</span>
        <span class="person-where muted">{where ? `${where.floor} · ${pointName(where.floor, where.x_m, where.y_m)} · ${age(where.seen_at)}` : "–"}</span>
        <Battery unit={unit} />
      </button>
    </li>
  );
}

const age = (seenAt: number): string => tr("ago", { time: minutesSeconds(readable(Math.max(0, now.value / 1e3 - seenAt / 1e6))) });

/** Said while it is low, so that a full one takes no room. */
function Battery({ unit }: { unit: UnitChanged }) {
  const percent = unit.device_id ? state.devices.value.get(unit.device_id)?.battery_percent : null;
  if (percent == null) return null;
  return (
    <span class={percent < BATTERY_LOW ? "warn" : "muted"} title={tr("battery", { n: percent })}>
      {percent} %
    </span>
  );
}
