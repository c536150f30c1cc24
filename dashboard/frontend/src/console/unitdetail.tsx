// A person: what they do, where they are, how well we know it.

import { now } from "../shared/clock";
import { counted, minutesSeconds, named } from "../shared/i18n";
import { Icon, RoleShape, ServiceIcon } from "../shared/icon";
import { dutyOf, following, select, setDuty, toggleFollow } from "./actions";
import { Relieve } from "./relieve";
import * as state from "./state";
import { Talk } from "./talk";
import { coded, t } from "./texts";
import { colourOf, itemName, placeText, pointName, roleName, serviceIcon, serviceName, shapeOf, unitName } from "./words";
import { WhyHere } from "./whyhere";

export function UnitDetail({ unitId }: { unitId: string }) {
  const unit = state.units.value.get(unitId);
  const member = state.staffOf.value.get(unitId);
  if (!unit) return <p class="empty">{unitName(unitId)}</p>;
  const role = unit.roles[0] ?? "";
  return (
    <article class="unit" data-detail={unitId}>
      <header class="call-head">
        <RoleShape shape={shapeOf(role)} colour={colourOf(role)} size={44} hollow={unit.status === "off_duty"} />
        <div>
          <h2>{named(member?.name, unitId)}</h2>
          <p>{unit.roles.map(roleName).join(" · ")}</p>
          <p class="muted">
            <span class={`state status-${unit.status}`}>{coded("status", unit.status)}</span> {unitId}
          </p>
        </div>
      </header>
      <UnitFacts unitId={unitId} />
      {unit.device_id && <WhyHere deviceId={unit.device_id} />}
      <div class="buttons">
        {unit.status !== "off_duty" && (
          <button aria-pressed={following.value === unitId} onClick={() => toggleFollow(unitId)} title="F">
            <Icon name="target" size={16} /> {t(following.value === unitId ? "staff.follow.stop" : "staff.follow")}
          </button>
        )}
        {state.canDispatch.value && <Duty unitId={unitId} />}
        <Relieve unit={unit} />
      </div>
      {state.canDispatch.value && <Talk unitId={unitId} />}
    </article>
  );
}

function UnitFacts({ unitId }: { unitId: string }) {
  const unit = state.units.value.get(unitId);
  const where = state.places.value.get(unitId);
  const device = unit?.device_id ? state.devices.value.get(unit.device_id) : undefined;
  const call = unit?.call_id ? state.calls.value.get(unit.call_id) : undefined;
  const skills = state.staffOf.value.get(unitId)?.skills ?? [];
  return (
    <dl class="facts">
      <dt>{t("staff.fix")}</dt>
      <dd>
        {where
          ? `${where.floor} · ${pointName(where.floor, where.x_m, where.y_m)} · ± ${where.r95_m.toFixed(0)} m · ${t("staff.ago", {
              time: minutesSeconds(Math.max(0, now.value / 1e3 - where.seen_at / 1e6)),
            })}`
          : t("staff.nofix")}
      </dd>
      {call && <dt>{t("staff.call")}</dt>}
      {call && (
        <dd>
          <button class="link" onClick={() => select({ kind: "call", id: call.call_id })}>
            <ServiceIcon icon={serviceIcon(call.service)} size={16} /> {serviceName(call.service)} · {placeText(call.place)}
          </button>
        </dd>
      )}
      {unit && unit.pouch.length > 0 && <dt>{t("staff.pouch")}</dt>}
      {unit && unit.pouch.length > 0 && <dd>{counted(unit.pouch, itemName)}</dd>}
      {skills.length > 0 && <dt>{t("staff.skills")}</dt>}
      {skills.length > 0 && <dd>{skills.join(", ")}</dd>}
      <dt>{t("staff.device")}</dt>
      <dd>
        {unit?.device_id ?? "–"}
        {device?.battery_percent != null && ` · ${t("staff.battery")} ${device.battery_percent} %`}
      </dd>
    </dl>
  );
}

function Duty({ unitId }: { unitId: string }) {
  const now = state.units.value.get(unitId) ? dutyOf(unitId) : "off";
  return (
    <span class="segments" role="group" aria-label={t("staff.status")}>
      {(["on", "break", "off"] as const).map((duty) => (
        <button key={duty} aria-pressed={now === duty} disabled={now === duty} onClick={() => void setDuty(unitId, duty)}>
          {t(`staff.${duty}`)}
        </button>
      ))}
    </span>
  );
}
