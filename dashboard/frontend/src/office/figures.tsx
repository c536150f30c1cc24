// C11: how well people were helped; every number is the server's, from the one definition of the figures.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/http";
import { minutesSeconds } from "../shared/i18n";
import type { Figures as FiguresJson, Waits } from "../shared/protocol";
import { Chart, type Line } from "./charts";
import { roleName, serviceName } from "./state";
import { Table } from "./table";
import { coded, t } from "./texts";

const SPANS = [1, 24, 168] as const;
const HOUR_US = 3600e6;
const hours = signal<number>(24);
const shown = signal<FiguresJson | null>(null);
const failed = signal(false);

async function load(): Promise<void> {
  try {
    const { until } = await get<{ until: number }>("/api/replay"); // now, by the server's clock
    shown.value = await get<FiguresJson>(`/api/figures?since=${until - hours.value * HOUR_US}&until=${until}`);
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

export function Figures() {
  useEffect(() => void load(), [hours.value]);
  const figures = shown.value;
  return (
    <section>
      <div class="segments" role="group" aria-label={t("tab.figures")}>
        {SPANS.map((n) => (
          <button key={n} aria-pressed={hours.value === n} onClick={() => (hours.value = n)}>
            {n < 48 ? t("fig.hours", { n }) : t("fig.days", { n: n / 24 })}
          </button>
        ))}
      </div>
      {failed.value && <p class="warn">{t("failed")}</p>}
      {figures && (figures.calls === 0 ? <p class="muted">{t("fig.none")}</p> : <All figures={figures} />)}
    </section>
  );
}

const percent = (share: number | null): string => (share === null ? "–" : `${Math.round(share * 100)} %`);
const wait = (seconds: number | null): string => (seconds === null ? "–" : minutesSeconds(seconds));
const total = (groups: Record<string, Waits>): number => Object.values(groups).reduce((sum, one) => sum + one.tasks, 0);

function All({ figures }: { figures: FiguresJson }) {
  const byService = Object.entries(figures.by_service).map(([key, waits]) => {
    const [service = "", role = ""] = key.split("/");
    return { name: `${serviceName(service)} / ${roleName(role)}`, waits };
  });
  const byHour = Array.from({ length: 24 }, (_, hour) => figures.by_hour[hour] ?? null);
  const first = byHour.findIndex(Boolean);
  const last = 24 - [...byHour].reverse().findIndex(Boolean);
  return (
    <>
      <dl class="numbers">
        <Big name={t("fig.calls")} value={String(figures.calls)} />
        <Big name={t("fig.tasks")} value={String(total(figures.by_floor))} />
        <Big name={t("fig.onTime")} value={percent(onTime(figures))} />
        <Big name={t("fig.first")} value={wait(figures.first_response_p50_s)} />
        <Big name={t("fig.firstOnTime")} value={percent(figures.first_response_on_time)} />
        <Big name={t("fig.timeout")} value={percent(figures.timed_out_share)} />
        <Big name={t("fig.declined")} value={percent(figures.declined_share)} />
      </dl>
      <Chart title={t("fig.byHour")} axis={t("fig.hour")} labels={hoursOf(first, last)} lines={hourLines(byHour.slice(first, last))} />
      <WaitsTable head={t("fig.hour")} rows={byHour.flatMap((waits, hour) => (waits ? [{ name: `${hour}:00`, waits }] : []))} />
      <Chart title={t("fig.byService")} axis={t("fig.service")} labels={byService.map((one) => one.name)} lines={serviceLines(byService.map((one) => one.waits))} />
      <WaitsTable head={t("fig.service")} rows={byService} />
      <WaitsTable head={t("fig.floor")} rows={Object.entries(figures.by_floor).map(([name, waits]) => ({ name, waits }))} />
      <div class="columns">
        <Misses misses={figures.misses} />
        <Short figures={figures} />
        <Stars stars={figures.stars} />
      </div>
    </>
  );
}

/** Weighted by the people who were wanted. */
function onTime(figures: FiguresJson): number | null {
  const judged = Object.values(figures.by_service).filter((one) => one.on_time !== null);
  const tasks = judged.reduce((sum, one) => sum + one.tasks, 0);
  return tasks ? judged.reduce((sum, one) => sum + (one.on_time as number) * one.tasks, 0) / tasks : null;
}

const hoursOf = (first: number, last: number): string[] => Array.from({ length: last - first }, (_, i) => `${first + i}:00`);

const hourLines = (hours: (Waits | null)[]): Line[] => [
  { label: t("fig.tasks"), values: hours.map((one) => one?.tasks ?? 0), colour: "--line-strong", kind: "bars", scale: "count" },
  { label: t("fig.p50"), values: hours.map((one) => one?.p50_s ?? null), colour: "--accent", kind: "line", scale: "wait" },
  { label: t("fig.p90"), values: hours.map((one) => one?.p90_s ?? null), colour: "--soon", kind: "line", dash: [6, 4], scale: "wait" },
];

const serviceLines = (services: Waits[]): Line[] => [
  { label: t("fig.p50"), values: services.map((one) => one.p50_s), colour: "--accent", kind: "bars", scale: "wait" },
  { label: t("fig.p90"), values: services.map((one) => one.p90_s), colour: "--soon", kind: "points", scale: "wait" },
];

function Big({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function WaitsTable({ head, rows }: { head: string; rows: { name: string; waits: Waits }[] }) {
  return (
    <Table heads={[head, t("fig.tasks"), t("fig.onTime"), t("fig.unserved"), t("fig.p50"), t("fig.p80"), t("fig.p90"), t("fig.p99"), t("fig.promise")]}>
        {rows.map(({ name, waits }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{waits.tasks}</td>
            <td>{percent(waits.on_time)}</td>
            <td class={waits.unserved ? "alarm-text" : ""}>{waits.unserved}</td>
            <td>{wait(waits.p50_s)}</td>
            <td>{wait(waits.p80_s)}</td>
            <td>{wait(waits.p90_s)}</td>
            <td>{wait(waits.p99_s)}</td>
            <td>
              {waits.promises.map((one) => (
                <span key={one.within_s} class={one.kept_share < one.share ? "chip bad" : "chip"}>
                  {percent(one.kept_share)} ≤ {wait(one.within_s)} ({percent(one.share)})
                </span>
              ))}
            </td>
          </tr>
        ))}
    </Table>
  );
}

function Misses({ misses }: { misses: Record<string, number> }) {
  const rows = Object.entries(misses).sort((a, b) => b[1] - a[1]);
  return (
    <section>
      <h2>{t("fig.misses")}</h2>
      {rows.length === 0 && <p class="muted">{t("fig.noMiss")}</p>}
      <ul>
        {rows.map(([cause, n]) => (
          <li key={cause}>
            {coded("miss", cause)} <strong>{n}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Short({ figures }: { figures: FiguresJson }) {
  return (
    <section>
      <h2>{t("fig.short")}</h2>
      {figures.understaffed.length === 0 && <p class="muted">{t("fig.noShort")}</p>}
      <ul>
        {figures.understaffed.map((one) => (
          <li key={`${one.floor} ${one.role} ${one.hour}`}>
            {t("fig.shortLine", { floor: one.floor, role: roleName(one.role), hour: one.hour, queued: one.queued, tasks: one.tasks, missed: one.missed })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Stars({ stars }: { stars: Record<string, number> }) {
  return (
    <section>
      <h2>{t("fig.stars")}</h2>
      <ul>
        {["3", "2", "1"].map((one) => (
          <li key={one}>
            {coded("stars", one)} <strong>{stars[one] ?? 0}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
