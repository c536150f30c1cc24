// Why somebody is said to be where the map shows them: which gateways heard them and how well that fits, and which
// should have. Asked for by a press, not shown at once: who looked is kept.

import { useEffect, useState } from "preact/hooks";
import { HttpError, get } from "../shared/http";
import { translator } from "../shared/i18n";
import type { PositionExplained } from "../shared/protocol";
import * as state from "./state";

const SHOWN_MAX = 5;
/** Below it a gateway hardly counts (Student's t). */
const DOUBTED = 0.5;

const zh = {
  ask: "为什么在这里",
  heard: "{gateway}：{dbm} dBm，{fit}",
  louder: "比预计强 {db} dB",
  quieter: "比预计弱 {db} dB",
  fits: "与预计相符",
  doubted: "，几乎不计",
  missing: "应听到而没听到：{gateways}",
  more: "另有 {n} 个网关",
  spread: "误差来自：证据不一 {cloud} m，网关布局 {geometry} m，上次听到以后 {silence} m",
  nowhere: "没有任何网关听到，位置不明",
  failed: "定位服务没有回答",
};
const en: Record<keyof typeof zh, string> = {
  ask: "Why here",
  heard: "{gateway}: {dbm} dBm, {fit}",
  louder: "{db} dB louder than expected",
  quieter: "{db} dB quieter than expected",
  fits: "as expected",
  doubted: ", hardly counted",
  missing: "Expected but not heard: {gateways}",
  more: "and {n} more gateways",
  spread: "Spread: evidence {cloud} m, gateways' places {geometry} m, since last heard {silence} m",
  nowhere: "No gateway hears it; its place is not known",
  failed: "Positioning does not answer",
};
const t = translator<keyof typeof zh>(zh, en);

/** In the past nobody can be asked; without a device there is nothing to ask about. */
export function WhyHere({ deviceId }: { deviceId: string }) {
  const [answer, setAnswer] = useState<PositionExplained | "failed" | "nowhere" | null>(null);
  useEffect(() => setAnswer(null), [deviceId]);
  if (state.past.value || !state.devices.value.has(deviceId)) return null;
  const ask = (): void =>
    void get<PositionExplained>(`/api/devices/${encodeURIComponent(deviceId)}/why`).then(
      (got) => setAnswer(got),
      (error) => setAnswer(error instanceof HttpError && error.status === 404 ? "nowhere" : "failed"),
    );
  return (
    <section class="why-here" aria-live="polite">
      <button data-act="why-here" onClick={ask}>
        {t("ask")}
      </button>
      {typeof answer === "string" && <p class="warn">{t(answer)}</p>}
      {answer !== null && typeof answer !== "string" && answer.device_id === deviceId && <Evidence why={answer} />}
    </section>
  );
}

function Evidence({ why }: { why: PositionExplained }) {
  if (!why.located) return <p class="warn">{t("nowhere")}</p>;
  const more = why.gateways.length - SHOWN_MAX;
  const missing = why.missing.map((gateway, i) => `${gateway} (${Math.round(100 * (why.missing_probability[i] ?? 0))} %)`);
  return (
    <>
      <ul>
        {why.gateways.slice(0, SHOWN_MAX).map((gateway, i) => (
          <li key={gateway} class={(why.trust[i] ?? 1) < DOUBTED ? "muted" : ""}>
            {t("heard", { gateway, dbm: (why.heard_dbm[i] ?? 0).toFixed(0), fit: fit(why.residual_db[i] ?? 0) })}
            {(why.trust[i] ?? 1) < DOUBTED && t("doubted")}
          </li>
        ))}
        {more > 0 && <li class="muted">{t("more", { n: more })}</li>}
      </ul>
      {missing.length > 0 && <p class="warn">{t("missing", { gateways: missing.slice(0, SHOWN_MAX).join(", ") })}</p>}
      <p class="muted">{t("spread", { cloud: why.cloud_m.toFixed(1), geometry: why.geometry_m.toFixed(1), silence: why.silence_m.toFixed(1) })}</p>
    </>
  );
}

function fit(residual_db: number): string {
  const db = Math.round(Math.abs(residual_db));
  return db === 0 ? t("fits") : t(residual_db > 0 ? "louder" : "quieter", { db });
}
