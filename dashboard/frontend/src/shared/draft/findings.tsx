// What is wrong with a draft, with file and feature; a press goes there.

import { lang } from "../i18n";
import type { Finding } from "./drafting";
import { t } from "./texts";

const SHOWN = 60;

/** Table and id of `gateways (gw-1)` or `staff 3 (u-03)`. */
export function entryOf(finding: Finding): { table: string; id: string } | null {
  const match = /^(\w+) (?:\d+ )?\(([\w-]+)\)$/.exec(finding.feature);
  return match && { table: match[1] as string, id: match[2] as string };
}

/** `way`: how to go to what a finding speaks of, where the page can show it. */
export function Findings({ findings, way }: { findings: Finding[]; way: (finding: Finding) => (() => void) | null }) {
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
          const go = way(one);
          return (
            <li key={i} class={one.severity}>
              <span class={one.severity === "error" ? "alarm-text" : "warn"}>{t(`find.${one.severity}`)}</span> <code>{one.file}</code>{" "}
              {go ? (
                <button class="link" onClick={go}>
                  {one.feature}
                </button>
              ) : (
                one.feature
              )}
              <span lang={lang.value === "zh" && one.zh ? "zh-CN" : "en"}>: {(lang.value === "zh" && one.zh) || one.text}</span>
            </li>
          );
        })}
      </ul>
      {findings.length > SHOWN && <p class="muted">{t("find.more", { n: findings.length - SHOWN })}</p>}
    </details>
  );
}
