// How well the next calls are covered: by service and floor, who was asked to stand by where and what that
// has cost in walking, and whom the next emergency would miss.

import { signal } from "@preact/signals";
import { translator } from "../shared/i18n";
import type { CoverageChanged, FloorCoverage } from "../shared/protocol";
import { select } from "./actions";
import * as state from "./state";
import { placeText, roleName, serviceName, unitName } from "./words";

const RESERVE_SHOWN = 4;

const zh = {
  title: "覆盖",
  service: "服务",
  none: "还没有算出覆盖",
  standby: "建议待命",
  nobody: "没有人被建议换位置",
  walked: "一小时内 {m} / {max} 米",
  reserve: "下一个急救最需要的人",
  loss: "少了他：−{percent} %",
};
const en: Record<keyof typeof zh, string> = {
  title: "Coverage",
  service: "Service",
  none: "No coverage reckoned yet",
  standby: "Suggested to stand by",
  nobody: "Nobody is asked to stand elsewhere",
  walked: "{m} of {max} m this hour",
  reserve: "Whom the next emergency would miss",
  loss: "without: −{percent} %",
};
const tc = translator<keyof typeof zh>(zh, en);

/** The newest word on coverage; null before the first. */
export const coverage = signal<CoverageChanged | null>(null);

/** What was heard, unless newer is known; ``at`` −1 = nothing reckoned yet. */
export function heardCoverage(news: CoverageChanged): void {
  coverage.value = news.at < 0 ? null : news;
}

export function Cover() {
  const now = coverage.value;
  return (
    <section class="cover">
      <h3>{tc("title")}</h3>
      {now === null ? <p class="muted">{tc("none")}</p> : <Floors rows={now.floors} />}
      {now !== null && <Standing news={now} />}
      {now !== null && now.reserve.length > 0 && <Reserve news={now} />}
    </section>
  );
}

function Floors({ rows }: { rows: FloorCoverage[] }) {
  const floors = (state.site.value?.floors ?? []).map((one) => one.floor);
  const kinds = [...new Set(rows.map((row) => `${row.service}/${row.role}`))];
  const cell = new Map(rows.map((row) => [`${row.service}/${row.role}/${row.floor}`, row]));
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">{tc("service")}</th>
          {floors.map((floor) => (
            <th scope="col" key={floor}>
              {floor}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind) => {
          const [service = "", role = ""] = kind.split("/");
          return (
            <tr key={kind}>
              <th scope="row">
                {serviceName(service)} <span class="muted">{roleName(role)}</span>
              </th>
              {floors.map((floor) => {
                const one = cell.get(`${kind}/${floor}`);
                return (
                  <td key={floor} class={one?.understaffed ? "alarm-text" : ""}>
                    {one ? `${Math.round(100 * one.p_on_time)} %` : ""}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Standing({ news }: { news: CoverageChanged }) {
  const asked = [...state.units.value.values()].filter((unit) => unit.standby !== null).sort((a, b) => (a.unit_id < b.unit_id ? -1 : 1));
  const walked = new Map(news.walks.map((walk) => [walk.unit_id, walk.walked_m]));
  return (
    <>
      <h4>{tc("standby")}</h4>
      {asked.length === 0 && <p class="muted">{tc("nobody")}</p>}
      <ul>
        {asked.map((unit) => (
          <li key={unit.unit_id} data-standby={unit.unit_id}>
            <button class="link" onClick={() => select({ kind: "unit", id: unit.unit_id })}>
              {unitName(unit.unit_id)}
            </button>{" "}
            → {unit.standby && placeText(unit.standby)}{" "}
            <span class="muted">{tc("walked", { m: Math.round(walked.get(unit.unit_id) ?? 0), max: Math.round(news.walk_max_m) })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Reserve({ news }: { news: CoverageChanged }) {
  return (
    <>
      <h4>{tc("reserve")}</h4>
      <ul>
        {news.reserve.slice(0, RESERVE_SHOWN).map((one) => (
          <li key={one.unit_id}>
            <button class="link" onClick={() => select({ kind: "unit", id: one.unit_id })}>
              {unitName(one.unit_id)}
            </button>{" "}
            <span class="muted">{tc("loss", { percent: Math.round(100 * one.loss) })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
