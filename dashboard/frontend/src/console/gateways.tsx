// C9 in short: every gateway, the worst first, with the cause in words; what came in and what was dropped.

import { now } from "../shared/clock";
import { minutesSeconds } from "../shared/i18n";
import type { GatewayRow } from "../shared/rows";
import { hangGateway, removeGateway, select } from "./actions";
import { hanging } from "./map/layers";
import * as state from "./state";
import { dropText, findingText } from "./causes";
import { coded, t } from "./texts";

const ORDER = ["offline", "deaf", "silent", "unknown", "ok"];
const rank = (row: GatewayRow): number => ORDER.indexOf(row.health?.state ?? "unknown");

export function Gateways() {
  const rows = [...state.gateways.value.values()].sort((a, b) => rank(a) - rank(b) || (a.gateway < b.gateway ? -1 : 1));
  const ok = rows.filter((row) => row.health?.state === "ok").length;
  return (
    <section class="panel-body">
      <h2>
        {t("gw.title")} <span class="muted">{t("gw.summary", { ok, all: rows.length })}</span>
      </h2>
      {state.canInstall.value && (
        <a class="qr-link" href="/technician">
          {t("gw.workshop")}
        </a>
      )}
      <Services />
      <Ingest />
      <ul class="gateways">
        {rows.map((row) => (
          <Row key={row.gateway} row={row} />
        ))}
      </ul>
    </section>
  );
}

function Row({ row }: { row: GatewayRow }) {
  const health = row.health;
  const chosen = state.selection.value;
  const selected = chosen?.kind === "gateway" && chosen.id === row.gateway;
  const heard = health?.last_heard_at
    ? t("gw.heard", { time: minutesSeconds(Math.max(0, now.value / 1e3 - health.last_heard_at / 1e6)) })
    : t("gw.never");
  return (
    <li>
      <button class="gateway" data-gateway={row.gateway} aria-current={selected ? "true" : undefined} onClick={() => select({ kind: "gateway", id: row.gateway })}>
        <span class={`state gateway-${health?.state ?? "unknown"}`}>{coded("gw", health?.state ?? "unknown")}</span>
        <strong>{row.gateway}</strong>
        <span class="muted">
          {row.floor ?? "?"} {row.guest && t("gw.guest")} · {health?.state === "ok" ? t("gw.rate", { n: health.adverts_per_s.toFixed(1) }) : heard}
        </span>
        {health?.finding && (
          <span class="warn">
            {t("gw.finding")}: {findingText(health.finding)}
          </span>
        )}
        {selected && health && (
          <span class="muted">
            {[t("gw.format", { name: health.vendor_format || "–" }), t("gw.clock", { ms: health.clock_offset_ms.toFixed(0) }), heard].join(" · ")}
            {Object.entries(health.drops).map(([cause, n]) => ` · ${cause} ${n}`)}
          </span>
        )}
      </button>
      {selected && state.canInstall.value && (row.guest || row.floor === null) && <Hang row={row} />}
    </li>
  );
}

/** A gateway that nobody has registered is put where it hangs; a guest can be sent away again. */
function Hang({ row }: { row: GatewayRow }) {
  const place = hanging.value?.gateway === row.gateway ? hanging.value.place : null;
  return (
    <div class="buttons">
      <button onClick={() => (hanging.value = { gateway: row.gateway, place: null })}>{t("gw.place")}</button>
      {place && (
        <button class="primary" data-act="hang" onClick={() => void hangGateway(row.gateway, place)}>
          {t("gw.place.send")}: {place.floor} {place.x_m.toFixed(1)} , {place.y_m.toFixed(1)}
        </button>
      )}
      {row.guest && (
        <button class="danger" onClick={() => void removeGateway(row.gateway)}>
          {t("gw.remove")}
        </button>
      )}
    </div>
  );
}

function Services() {
  const rows = [...state.services.value.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{t("gw.services")}</h3>
      <ul class="services-health">
        {rows.map((row) => (
          <li key={row.service}>
            <span class={`state service-${row.state}`}>{t(row.state === "ok" ? "gw.service.ok" : "gw.service.degraded")}</span> {row.service}
            <span class="muted">
              {" "}
              {(row.cpu_share * 100).toFixed(0)} % CPU {row.reason && `· ${row.reason}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Ingest() {
  const counted = state.ingest.value;
  if (!counted) return null;
  const drops = Object.entries(counted.drops).sort(([, a], [, b]) => b - a);
  return (
    <>
      <h3>{t("gw.ingest")}</h3>
      <p class="muted">
        {t("gw.payloads", { n: counted.payloads.toLocaleString() })} · {t("gw.observations", { n: counted.observations.toLocaleString() })}
      </p>
      {drops.length > 0 && (
        <p class="muted">
          {t("gw.drops")}: {drops.map(([cause, n]) => `${dropText(cause)} ${n.toLocaleString()}`).join(" · ")}
        </p>
      )}
    </>
  );
}
