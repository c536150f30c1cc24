// Everything that one person is doing, moved to somebody else.

import { signal } from "@preact/signals";
import { reasonText } from "../shared/reasons";
import type { UnitChanged } from "../shared/protocol";
import { relieve } from "./actions";
import { to } from "./ordertexts";
import * as state from "./state";
import { t } from "./texts";
import { unitName } from "./words";

const asking = signal<string | null>(null);
const taker = signal("");

export function Relieve({ unit }: { unit: UnitChanged }) {
  if (!state.canDispatch.value || (unit.task_id === null && unit.offers.length === 0)) return null;
  if (asking.value !== unit.unit_id) {
    return (
      <button data-act="relieve" onClick={() => ((asking.value = unit.unit_id), (taker.value = ""))}>
        {to("order.relieve")}
      </button>
    );
  }
  const free = [...state.units.value.values()].filter((one) => one.status === "available" && one.roles.some((role) => unit.roles.includes(role)));
  const go = (duty: "on" | "off"): void => {
    asking.value = null;
    void relieve(unit.unit_id, taker.value || null, duty);
  };
  return (
    <fieldset class="why">
      <legend>{to("order.relieve.to")}</legend>
      <select aria-label={to("order.relieve.to")} value={taker.value} onChange={(event) => (taker.value = event.currentTarget.value)}>
        <option value="">{to("order.relieve.plan")}</option>
        {free.map((one) => (
          <option key={one.unit_id} value={one.unit_id}>
            {unitName(one.unit_id)}
          </option>
        ))}
      </select>
      <button class="primary" data-act="relieve-on" title={reasonText("operator")} onClick={() => go("on")}>
        {to("order.relieve")}
      </button>
      <button data-act="relieve-off" onClick={() => go("off")}>
        {to("order.relieve.off")}
      </button>
      <button onClick={() => (asking.value = null)}>{t("call.back")}</button>
    </fieldset>
  );
}
