// Every gateway, the worst first: what is wrong, and what to do about it, in words.

import { signal } from "@preact/signals";
import { now } from "../shared/clock";
import { minutesSeconds } from "../shared/i18n";
import type { GatewayRow } from "../shared/rows";
import { causeOf, cureOf } from "./cures";
import { goTo } from "./findings";
import { Door, GatewaySettings } from "./gatewaydoor";
import * as state from "./state";
import { t, coded } from "./texts";

const ORDER = ["offline", "deaf", "silent", "unknown", "ok"];
const rank = (row: GatewayRow): number => ORDER.indexOf(row.health?.state ?? "unknown") + (row.health?.finding ? 0 : 0.5);
const onlyBad = signal(false);
const sought = signal("");

export function Gateways() {
  const all = [...state.gateways.value.values()];
  const bad = all.filter((row) => row.health?.state !== "ok" || row.health.finding);
  const rows = (onlyBad.value ? bad : all)
    .filter((row) => `${row.gateway} ${row.floor ?? ""}`.toLowerCase().includes(sought.value.toLowerCase()))
    .sort((a, b) => rank(a) - rank(b) || (a.gateway < b.gateway ? -1 : 1));
  return (
    <section class="panel-body">
      <h2>
        {t("tab.gateways")} <span class="muted">{t("gw.summary", { ok: all.length - bad.length, all: all.length })}</span>
      </h2>
      <div class="bar">
        <label class="yes-no">
          <input type="checkbox" checked={onlyBad.value} onChange={(event) => (onlyBad.value = event.currentTarget.checked)} /> {t("gw.only")}
        </label>
        <input aria-label={t("gw.find")} placeholder={t("gw.find")} value={sought.value} onInput={(event) => (sought.value = event.currentTarget.value)} />
      </div>
      <Door />
      <ul class="gateway-list">
        {rows.map((row) => (
          <Row key={row.gateway} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Row({ row }: { row: GatewayRow }) {
  const health = row.health;
  const finding = health?.finding || (health ? "" : "never_heard");
  const heard = health?.last_heard_at ? t("gw.heard", { time: minutesSeconds(Math.max(0, now.value / 1e3 - health.last_heard_at / 1e6)) }) : t("gw.never");
  return (
    <li data-gateway={row.gateway}>
      <span class={`state gateway-${health?.state ?? "unknown"}`}>{coded("gw.state", health?.state ?? "unknown")}</span>{" "}
      {row.floor ? (
        <button class="link" onClick={() => goTo({ kind: "gateways", id: row.gateway })}>
          {row.gateway}
        </button>
      ) : (
        <strong>{row.gateway}</strong>
      )}{" "}
      <span class="muted">
        {row.floor ?? "?"} {row.guest && `· ${t("gw.guest")}`} · {health?.state === "ok" ? t("gw.rate", { n: health.adverts_per_s.toFixed(1) }) : heard}
        {health && Math.abs(health.clock_offset_ms) >= 1000 && ` · ${t("gw.clock", { ms: health.clock_offset_ms.toFixed(0) })}`}
      </span>
      {finding && (
        <p class="what-to-do">
          <strong>{causeOf(finding)}</strong> {cureOf(finding) && `${t("gw.cure")}: ${cureOf(finding)}`}
        </p>
      )}
      {health && Object.keys(health.drops).length > 0 && (
        <p class="muted">
          {t("gw.drops")}: {Object.entries(health.drops).map(([cause, n]) => `${causeOf(cause)} ${n}`).join(" · ")}
        </p>
      )}
      <GatewaySettings row={row} />
    </li>
  );
}
