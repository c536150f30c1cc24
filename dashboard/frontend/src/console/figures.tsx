// C11 in short: how the last hour went, by service, as figures and as a picture of the response times.

import { minutesSeconds } from "../shared/i18n";
import { responseSeconds } from "../shared/sla";
import type { CallChanged } from "../shared/protocol";
import { select } from "./actions";
import * as state from "./state";
import { t } from "./texts";
import { placeText, serviceName } from "./words";

const BUCKET_S = 30;
const BUCKETS = 14;

interface Reached {
  call: CallChanged;
  seconds: number;
  late: boolean;
}

function reached(): Reached[] {
  const found: Reached[] = [];
  for (const call of state.calls.value.values()) {
    const seconds = responseSeconds(call);
    if (seconds !== null) found.push({ call, seconds, late: call.tasks.some((task) => task.breached_at !== null) });
  }
  return found.sort((a, b) => a.seconds - b.seconds);
}

/** Of a sorted list. */
function median(values: number[]): number {
  const middle = values.length >> 1;
  return values.length % 2 ? (values[middle] as number) : ((values[middle - 1] as number) + (values[middle] as number)) / 2;
}

export function Figures() {
  const all = reached();
  const late = all.filter((one) => one.late);
  return (
    <section class="panel-body">
      <h2>
        {t("fig.title")}{" "}
        {all.length > 0 && <span class="muted">{t("fig.onTime", { percent: Math.round((100 * (all.length - late.length)) / all.length) })}</span>}
      </h2>
      {all.length === 0 && <p class="muted">{t("fig.none")}</p>}
      {all.length > 0 && <Histogram all={all} />}
      {all.length > 0 && <ByService all={all} />}
      {late.length > 0 && <h3>{t("fig.why")}</h3>}
      <ul>
        {late.map(({ call, seconds }) => (
          <li key={call.call_id}>
            <button class="link" onClick={() => select({ kind: "call", id: call.call_id })}>
              {minutesSeconds(seconds)} · {serviceName(call.service)} · {placeText(call.place)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Half minutes from left to right; what came late is filled with the alarm's colour and hatched by a line. */
function Histogram({ all }: { all: Reached[] }) {
  const counts = Array.from({ length: BUCKETS }, () => ({ good: 0, late: 0 }));
  for (const { seconds, late } of all) {
    const bucket = counts[Math.min(BUCKETS - 1, Math.floor(seconds / BUCKET_S))];
    if (bucket) bucket[late ? "late" : "good"] += 1;
  }
  const most = Math.max(...counts.map((one) => one.good + one.late));
  const [w, h] = [320 / BUCKETS, 90];
  return (
    <figure class="histogram">
      <svg viewBox="0 0 320 112" role="img" aria-label={t("fig.times")}>
        {counts.map(({ good, late }, i) => {
          const top = h - ((good + late) / most) * h;
          const foot = h - (late / most) * h;
          return (
            <g key={i}>
              <rect class="bar-good" x={i * w + 1.5} y={top} width={w - 3} height={foot - top} />
              <rect class="bar-late" x={i * w + 1.5} y={foot} width={w - 3} height={h - foot} />
              {i % 2 === 0 && (
                <text x={i * w} y={106}>
                  {(i * BUCKET_S) / 60}
                </text>
              )}
            </g>
          );
        })}
        <line x1="0" x2="320" y1={h} y2={h} />
      </svg>
      <figcaption class="muted">{t("fig.times")}</figcaption>
    </figure>
  );
}

function ByService({ all }: { all: Reached[] }) {
  const services = [...new Set(all.map(({ call }) => call.service))].sort((a, b) => serviceName(a).localeCompare(serviceName(b)));
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">{t("fig.service")}</th>
          <th scope="col">{t("fig.calls")}</th>
          <th scope="col">{t("fig.median")}</th>
          <th scope="col">{t("fig.worst")}</th>
          <th scope="col">{t("fig.late")}</th>
        </tr>
      </thead>
      <tbody>
        {services.map((service) => {
          const own = all.filter(({ call }) => call.service === service);
          const times = own.map(({ seconds }) => seconds);
          const late = own.filter((one) => one.late).length;
          return (
            <tr key={service}>
              <th scope="row">{serviceName(service)}</th>
              <td>{own.length}</td>
              <td>{minutesSeconds(median(times))}</td>
              <td>{minutesSeconds(times[times.length - 1] as number)}</td>
              <td class={late ? "alarm-text" : "muted"}>{late}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
