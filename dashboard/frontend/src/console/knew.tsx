// In a replay: what the planner knew when it last decided about a call; and the call as a file.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime, minutesSeconds } from "../shared/i18n";
import type { CallChanged, Candidate } from "../shared/protocol";
import { get } from "../shared/http";
import { reasonText } from "../shared/reasons";
import { moment } from "./replay";
import { tr } from "./replaytexts";
import * as state from "./state";
import { depotName, roleName, unitName } from "./words";

interface Decision {
  at: number;
  task_id: string;
  unit_id: string;
  eta_s: number;
  p_on_time: number;
  depot: string | null;
  candidates: Candidate[];
  closures: string[];
  fire_mode: boolean;
  free: Record<string, number>;
}

const decisions = signal<{ call: string; all: Decision[] }>({ call: "", all: [] });

export function Export({ call }: { call: CallChanged }) {
  return (
    <a class="export" href={`/api/incidents/${encodeURIComponent(call.call_id)}?files=1`} download>
      {tr("export.link")}
    </a>
  );
}

export function Knew({ call }: { call: CallChanged }) {
  const { call_id } = call;
  useEffect(() => {
    void get<{ decisions: Decision[] }>(`/api/incidents/${encodeURIComponent(call_id)}`).then(
      (incident) => (decisions.value = { call: call_id, all: incident.decisions }),
      () => (decisions.value = { call: call_id, all: [] }),
    );
  }, [call_id]);
  const known = decisions.value.call === call_id ? decisions.value.all.filter((one) => one.at <= moment.value) : [];
  const last = known[known.length - 1];
  return (
    <section class="knew">
      <h3>{tr("knew.title")}</h3>
      {last ? <One decision={last} /> : <p class="muted">{tr("knew.nothing")}</p>}
    </section>
  );
}

function One({ decision }: { decision: Decision }) {
  const zone = state.site.value?.timezone;
  const free = Object.entries(decision.free).map(([role, n]) => `${roleName(role)} ${n}`);
  return (
    <>
      <p>
        {tr("knew.at", { time: clockTime(decision.at / 1e3, true, zone) })} → <strong>{unitName(decision.unit_id)}</strong>
        {decision.depot && <span class="muted"> · {depotName(decision.depot)}</span>}
      </p>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">{tr("knew.who")}</th>
            <th scope="col">{tr("knew.eta")}</th>
            <th scope="col">{tr("knew.p")}</th>
            <th scope="col">{tr("knew.fix")}</th>
            <th scope="col">{tr("knew.why")}</th>
          </tr>
        </thead>
        <tbody>
          {decision.candidates.map((one) => (
            <tr key={one.unit_id} class={one.unit_id === decision.unit_id ? "chosen" : ""}>
              <th scope="row">{unitName(one.unit_id)}</th>
              <td>{one.eta_s === null ? "–" : minutesSeconds(one.eta_s)}</td>
              <td>{one.p_on_time === null ? "–" : `${Math.round(one.p_on_time * 100)} %`}</td>
              <td>{one.fix_age_s === null || one.fix_age_s === undefined ? "–" : tr("knew.seconds", { n: Math.round(one.fix_age_s) })}</td>
              <td>{reasonText(one.reason)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {free.length > 0 && tr("knew.free", { text: free.join(", ") })}
        {decision.closures.length > 0 && ` · ${tr("knew.closed", { text: decision.closures.join(", ") })}`}
        {decision.fire_mode && ` · ${tr("knew.fire")}`}
      </p>
    </>
  );
}
