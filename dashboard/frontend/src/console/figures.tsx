// C11 in short: the last hour by service, from the one definition of the figures; the rest is in the office.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/http";
import { minutesSeconds } from "../shared/i18n";
import type { Figures as FiguresJson } from "../shared/protocol";
import { select } from "./actions";
import { moment } from "./replay";
import * as state from "./state";
import { coded, t } from "./texts";
import { placeText, roleName, serviceName } from "./words";

const HOUR_US = 3600e6;
const REFRESH_MS = 15_000;
const shown = signal<FiguresJson | null>(null);

async function load(): Promise<void> {
  const until = Math.round(moment.peek());
  shown.value = await get<FiguresJson>(`/api/figures?since=${until - HOUR_US}&until=${until}`).catch(() => null);
}

export function Figures() {
  useEffect(() => {
    void load();
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [state.closedCalls.value.length, state.past.value === null]);
  const figures = shown.value;
  const late = [...state.calls.value.values()].filter((call) => call.tasks.some((task) => task.breached_at !== null));
  const rows = Object.entries(figures?.by_service ?? {});
  const judged = rows.filter(([, one]) => one.on_time !== null);
  const people = judged.reduce((sum, [, one]) => sum + one.tasks, 0);
  const onTime = judged.reduce((sum, [, one]) => sum + one.tasks * (one.on_time as number), 0) / Math.max(1, people);
  return (
    <section class="panel-body">
      <h2>
        {t("fig.title")} {people > 0 && <span class="muted">{t("fig.onTime", { percent: Math.round(100 * onTime) })}</span>}
      </h2>
      {rows.length === 0 && <p class="muted">{t("fig.none")}</p>}
      {rows.length > 0 && (
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">{t("fig.service")}</th>
              <th scope="col">{t("fig.calls")}</th>
              <th scope="col">{t("fig.median")}</th>
              <th scope="col">90 %</th>
              <th scope="col">{t("fig.late")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([key, one]) => {
              const [service = "", role = ""] = key.split("/");
              const missed = one.on_time === null ? 0 : Math.round((1 - one.on_time) * one.tasks);
              return (
                <tr key={key}>
                  <th scope="row">
                    {serviceName(service)} <span class="muted">{roleName(role)}</span>
                  </th>
                  <td>{one.tasks}</td>
                  <td>{one.p50_s === null ? "–" : minutesSeconds(one.p50_s)}</td>
                  <td>{one.p90_s === null ? "–" : minutesSeconds(one.p90_s)}</td>
                  <td class={missed ? "alarm-text" : "muted"}>{missed}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {late.length > 0 && <h3>{t("fig.why")}</h3>}
      <ul>
        {late.map((call) => (
          <li key={call.call_id}>
            <button class="link" onClick={() => select({ kind: "call", id: call.call_id })}>
              {serviceName(call.service)} · {placeText(call.place)}
            </button>
            <span class="muted"> {causes(call.tasks.map((task) => task.miss_cause))}</span>
          </li>
        ))}
      </ul>
      <p>
        <a class="export" href="/office">
          {t("fig.office")}
        </a>
      </p>
    </section>
  );
}

const causes = (codes: string[]): string => [...new Set(codes.filter(Boolean))].map((code) => coded("miss", code)).join(", ");
