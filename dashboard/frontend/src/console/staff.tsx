// C6: who is here, by role; free people first.

import { signal } from "@preact/signals";
import { RoleShape } from "../shared/icon";
import { named } from "../shared/i18n";
import type { UnitChanged } from "../shared/protocol";
import { select } from "./actions";
import * as state from "./state";
import { unread } from "./talk";
import { coded, t } from "./texts";
import { colourOf, pointName, roleName, shapeOf, unitName } from "./words";

const query = signal("");
const ORDER = ["available", "offered", "en_route_to_item", "en_route", "on_scene", "returning_item", "on_break", "off_duty"];

function matches(unit: UnitChanged): boolean {
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
        <span class="person-where muted">{where ? `${where.floor} · ${pointName(where.floor, where.x_m, where.y_m)}` : "–"}</span>
      </button>
    </li>
  );
}
