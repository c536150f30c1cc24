// What is wrong with the draft, with file and feature; a press goes there.

import type { Finding } from "./api";
import { KINDS, find, floorOf, placeOf, type Chosen, type Kind } from "./model";
import * as state from "./state";
import { t } from "./texts";

/** Shows an entry on its floor. */
export function goTo(chosen: Chosen): void {
  const drawing = state.drawing.peek();
  const entry = drawing && find(drawing, chosen);
  if (!entry) return;
  state.goToFloor(floorOf(chosen.kind, entry));
  state.chosen.value = chosen;
  state.wantedView.value = [...placeOf(chosen.kind, entry)];
}

/** The thing a finding speaks of, where the editor can show it: `gateways (gw-1)`, or a connector's id. */
function spokenOf(finding: Finding): Chosen | null {
  const drawing = state.drawing.peek();
  const match = /^(\w+) (?:\d+ )?\(([\w-]+)\)$/.exec(finding.feature);
  const table = match?.[1] === "staff" ? "homes" : match?.[1];
  const chosen: Chosen | null = match
    ? { kind: table as Kind, id: match[2] as string }
    : finding.file === "relationship.geojson"
      ? { kind: "connectors", id: finding.feature }
      : null;
  return drawing && chosen && KINDS.includes(chosen.kind) && find(drawing, chosen) ? chosen : null;
}

const SHOWN = 60;

export function Findings({ findings }: { findings: Finding[] }) {
  const wrong = findings.filter((one) => one.severity === "error").length;
  if (!findings.length) return null;
  return (
    <details class="findings" open={wrong > 0}>
      <summary>
        {wrong > 0 && <strong class="alarm-text">{t("find.errors", { n: wrong })} </strong>}
        {findings.length > wrong && <span class="warn">{t("find.warnings", { n: findings.length - wrong })}</span>}
      </summary>
      <ul>
        {findings.slice(0, SHOWN).map((one, i) => {
          const chosen = spokenOf(one);
          return (
            <li key={i} class={one.severity}>
              <span class={one.severity === "error" ? "alarm-text" : "warn"}>{t(`find.${one.severity}`)}</span> <code>{one.file}</code>{" "}
              {chosen ? (
                <button class="link" onClick={() => goTo(chosen)}>
                  {one.feature}
                </button>
              ) : (
                one.feature
              )}
              <span lang="en">: {one.text}</span>
            </li>
          );
        })}
      </ul>
      {findings.length > SHOWN && <p class="muted">{t("find.more", { n: findings.length - SHOWN })}</p>}
    </details>
  );
}
