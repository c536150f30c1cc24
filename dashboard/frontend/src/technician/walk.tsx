// Commissioning: draw a route, walk it with a tag or a phone, see what was heard and what it is worth, accept or not.

import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime, minutesSeconds } from "../shared/i18n";
import { now } from "../shared/clock";
import { HttpError } from "../shared/http";
import { ask } from "../shared/ask";
import type { Assessment, InUse, Walk, WalkState, Waypoint } from "./api";
import { wantsClick } from "./drag";
import * as state from "./state";
import { coded, t } from "./texts";

const walks = signal<Walk[]>([]);
const inUse = signal<InUse | null>(null);
const seen = signal<WalkState | null>(null);
const assessment = signal<Assessment | null>(null);
const layer = signal<"coverage" | "before" | "after">("coverage");
const route = signal<Waypoint[]>([]);
const drawing = signal(false);
const device = signal("");
const title = signal("");
const height = signal(1.2);
const deviceClass = signal<"tag" | "phone">("tag");
const sure = signal("");
const LOOK_MS = 1_500;

const underWay = (): Walk | null => (seen.value && seen.value.walk.stopped_at === null ? seen.value.walk : null);

async function trying<T>(doing: () => Promise<T>): Promise<T | null> {
  state.said.value = null;
  try {
    return await doing();
  } catch (error) {
    const code = error instanceof HttpError ? error.code : "no_connection";
    state.said.value = { tone: "bad", text: coded("walk.refused", code) };
    return null;
  }
}

export async function loadWalks(): Promise<void> {
  const listed = await ask<{ walks: Walk[]; in_use: InUse | null }>("GET", "/api/walks");
  walks.value = listed.walks;
  inUse.value = listed.in_use;
  const running = listed.walks.find((one) => one.stopped_at === null);
  if (running && seen.peek()?.walk.walk_id !== running.walk_id) await open(running.walk_id);
}

async function open(walkId: string): Promise<void> {
  // Both before either is shown: a late answer must not undo what was pressed meanwhile.
  const [walk, judged] = await Promise.all([
    ask<WalkState>("GET", `/api/walks/${walkId}`),
    ask<Assessment>("GET", `/api/walks/${walkId}/assessment`),
  ]);
  seen.value = walk;
  route.value = walk.walk.route;
  assessment.value = judged;
  layer.value = judged.state === "done" ? "after" : "coverage";
}

/** What goes on, every so often: a walk under way, or a judgement that is being computed. */
async function look(): Promise<void> {
  const walkId = seen.peek()?.walk.walk_id;
  if (!walkId || state.tab.peek() !== "walk") return;
  try {
    if (underWay()) {
      const answer = await ask<WalkState>("GET", `/api/walks/${walkId}`);
      if (seen.peek()?.walk.walk_id === walkId) seen.value = answer;
    }
    if (assessment.peek()?.state === "running") {
      assessment.value = await ask<Assessment>("GET", `/api/walks/${walkId}/assessment`);
      if (assessment.value.state === "done") layer.value = "after";
    }
  } catch {
    // The next look tries again.
  }
}

async function start(): Promise<void> {
  const body = { device_id: device.peek(), device_class: deviceClass.peek(), title: title.peek(), height_m: height.peek(), route: route.peek() };
  const walk = await trying(() => ask<Walk>("POST", "/api/walks", body));
  if (!walk) return;
  drawing.value = false;
  await trying(async () => {
    await loadWalks();
    await open(walk.walk_id);
  });
}

/** Where the next mark is: the route's next point, or a click on the map. */
function next(walk: Walk): Waypoint | null {
  const reached = walk.marks.filter((mark, i) => i === 0 || mark.x_m !== walk.marks[i - 1]!.x_m || mark.y_m !== walk.marks[i - 1]!.y_m || mark.floor !== walk.marks[i - 1]!.floor).length;
  return walk.route[reached] ?? null;
}

async function mark(walk: Walk, place: Waypoint): Promise<void> {
  const { floor, x_m, y_m } = place;
  const answer = await trying(() => ask<Walk>("POST", `/api/walks/${walk.walk_id}/marks`, { floor, x_m, y_m }));
  if (answer && seen.peek()) seen.value = { ...seen.peek()!, walk: answer };
  state.goToFloor((answer && next(answer)?.floor) ?? floor);
}

async function unmark(walk: Walk): Promise<void> {
  const answer = await trying(() => ask<Walk>("DELETE", `/api/walks/${walk.walk_id}/marks/last`));
  if (answer && seen.peek()) seen.value = { ...seen.peek()!, walk: answer };
}

async function stop(walk: Walk): Promise<void> {
  await trying(async () => {
    await ask<Walk>("POST", `/api/walks/${walk.walk_id}/stop`);
    await loadWalks();
    await open(walk.walk_id);
  });
}

async function assess(walkId: string): Promise<void> {
  assessment.value = (await trying(() => ask<Assessment>("POST", `/api/walks/${walkId}/assess`))) ?? assessment.peek();
}

async function accept(walkId: string): Promise<void> {
  sure.value = "";
  const answer = await trying(() => ask<{ in_use: InUse }>("POST", `/api/walks/${walkId}/accept`));
  if (!answer) return;
  inUse.value = answer.in_use;
  state.said.value = { tone: "good", text: t("walk.accepted", { n: answer.in_use.revision }) };
}

async function rollBack(): Promise<void> {
  sure.value = "";
  const answer = await trying(() => ask<{ in_use: InUse | null }>("POST", "/api/calibration/rollback"));
  if (!answer) return;
  inUse.value = answer.in_use;
  state.said.value = { tone: "good", text: t("walk.rolledBack") };
}

async function remove(walkId: string): Promise<void> {
  sure.value = "";
  await trying(async () => {
    await ask("DELETE", `/api/walks/${walkId}`);
    seen.value = null;
    assessment.value = null;
    await loadWalks();
  });
}

export function WalkPanel() {
  useEffect(() => {
    void trying(loadWalks);
    const timer = setInterval(() => void look(), LOOK_MS);
    const stop = effect(() => {
      const active = drawing.value;
      wantsClick.value = active ? addPoint : underWay() ? markAt : null;
    });
    return () => {
      clearInterval(timer);
      stop();
      wantsClick.value = null;
    };
  }, []);
  const walk = underWay();
  return (
    <section class="panel-body">
      <h2>{t("tab.walk")}</h2>
      <Calibration />
      {walk ? <Walking walk={walk} /> : <Prepare />}
      {!walk && seen.value && <Judged walk={seen.value.walk} />}
      <Past />
    </section>
  );
}

function addPoint([x_m, y_m]: [number, number]): void {
  const floor = state.floor.peek()?.floor;
  if (floor) route.value = [...route.peek(), { floor, x_m, y_m }];
}

function markAt([x_m, y_m]: [number, number]): void {
  const floor = state.floor.peek()?.floor;
  const walk = underWay();
  if (floor && walk) void mark(walk, { floor, x_m, y_m });
}

function Calibration() {
  const used = inUse.value;
  return (
    <p class="calibration" data-calibration={used?.revision ?? 0}>
      {used ? t("walk.inUse", { n: used.revision, title: used.title, spots: used.spots, gateways: used.gateways }) : t("walk.none")}{" "}
      {used &&
        (sure.value === "rollback" ? (
          <button class="small danger" data-act="rollback-sure" onClick={() => void rollBack()}>
            {t(used.former ? "walk.rollback.sure" : "walk.rollback.last")}
          </button>
        ) : (
          <button class="small" data-act="rollback" onClick={() => (sure.value = "rollback")}>
            {t("walk.rollback")}
          </button>
        ))}
    </p>
  );
}

function Prepare() {
  const points = route.value;
  const length_m = points.reduce((sum, point, i) => (i && points[i - 1]!.floor === point.floor ? sum + Math.hypot(point.x_m - points[i - 1]!.x_m, point.y_m - points[i - 1]!.y_m) : sum), 0);
  return (
    <form class="fields" onSubmit={(event) => {
      event.preventDefault();
      void start();
    }}>
      <h3>{t("walk.new")}</h3>
      <p class="muted">{t("walk.how")}</p>
      <label>
        {t("walk.device")}
        <input data-field="device" list="known-devices" required value={device.value} onInput={(event) => (device.value = event.currentTarget.value.trim())} />
        <datalist id="known-devices">
          {[...state.devices.value.values()].map((row) => (
            <option key={row.device_id} value={row.device_id}>
              {row.subject}
            </option>
          ))}
        </datalist>
      </label>
      <div class="pair">
        <label>
          {t("walk.class")}
          <select value={deviceClass.value} onChange={(event) => (deviceClass.value = event.currentTarget.value as "tag" | "phone")}>
            <option value="tag">{t("walk.class.tag")}</option>
            <option value="phone">{t("walk.class.phone")}</option>
          </select>
        </label>
        <label>
          {t("walk.height")}
          <input type="number" min={0} max={3} step={0.1} value={height.value} onChange={(event) => (height.value = Number(event.currentTarget.value))} />
        </label>
        <label>
          {t("walk.title")}
          <input data-field="title" maxLength={100} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
        </label>
      </div>
      <div class="buttons">
        <button type="button" data-act="draw" aria-pressed={drawing.value} onClick={() => (drawing.value = !drawing.value)}>
          {t(drawing.value ? "walk.draw.done" : "walk.draw")}
        </button>
        <button type="button" disabled={!points.length} onClick={() => (route.value = points.slice(0, -1))}>
          {t("walk.draw.back")}
        </button>
        <button type="button" disabled={!points.length} onClick={() => (route.value = [])}>
          {t("walk.draw.clear")}
        </button>
      </div>
      <p class="muted" data-points={points.length}>{t("walk.route", { n: points.length, m: length_m.toFixed(0) })}</p>
      <button class="primary" type="submit" data-act="start" disabled={!device.value}>
        {t("walk.start")}
      </button>
    </form>
  );
}

function Walking({ walk }: { walk: Walk }) {
  const target = next(walk);
  const last = walk.marks.at(-1);
  const heard = seen.value!;
  return (
    <div class="walking">
      <h3>
        {t("walk.underWay")} <span class="muted">{minutesSeconds((now.value * 1e3 - walk.started_at) / 1e6)}</span>
      </h3>
      <p data-readings={heard.readings}>{t("walk.heard", { n: heard.readings, gateways: Object.keys(heard.gateways).length, marks: walk.marks.length })}</p>
      {heard.readings === 0 && <p class="warn">{t("walk.silent", { device: walk.device_id })}</p>}
      {target ? (
        <button class="primary here" data-act="mark" onClick={() => void mark(walk, target)}>
          {t("walk.here", { n: walk.route.indexOf(target) + 1, all: walk.route.length, floor: target.floor })}
        </button>
      ) : (
        <p>{t("walk.tap")}</p>
      )}
      <div class="buttons">
        <button data-act="still" disabled={!last} onClick={() => last && void mark(walk, last)}>
          {t("walk.still")}
        </button>
        <button disabled={!last} onClick={() => void unmark(walk)}>
          {t("walk.unmark")}
        </button>
        <button class="danger" data-act="stop" onClick={() => void stop(walk)}>
          {t("walk.stop")}
        </button>
      </div>
    </div>
  );
}

function Judged({ walk }: { walk: Walk }) {
  const judged = assessment.value;
  const figures = (one: { mean_m: number; p90_m: number; floor_right: number } | null): string => (one ? `${one.mean_m.toFixed(1)} / ${one.p90_m.toFixed(1)} m · ${Math.round(one.floor_right * 100)} %` : "–");
  return (
    <div class="judged" data-assessment={judged?.state ?? "none"}>
      <h3>{walk.title || walk.walk_id}</h3>
      <p class="muted">{t("walk.heard", { n: seen.value!.readings, gateways: Object.keys(seen.value!.gateways).length, marks: walk.marks.length })}</p>
      <div class="buttons">
        <button data-act="assess" disabled={judged?.state === "running"} onClick={() => void assess(walk.walk_id)}>
          {t("walk.assess")}
        </button>
        {sure.value === walk.walk_id ? (
          <button class="danger" onClick={() => void remove(walk.walk_id)}>
            {t("walk.remove.sure")}
          </button>
        ) : (
          <button onClick={() => (sure.value = walk.walk_id)}>{t("walk.remove")}</button>
        )}
      </div>
      {judged?.state === "running" && <p role="status">{t("walk.assessing")}</p>}
      {judged?.state === "failed" && <p class="warn" role="alert">{coded("walk.failed", judged.reason)}</p>}
      {judged?.state === "done" && (
        <>
          <table class="expected">
            <caption>{t("walk.expected")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("field.floor")}</th>
                <th scope="col">{t("walk.spots")}</th>
                <th scope="col">{t("walk.before")}</th>
                <th scope="col">{t("walk.after")}</th>
              </tr>
            </thead>
            <tbody>
              {judged.floors.map((row) => (
                <tr key={row.floor}>
                  <th scope="row">{row.floor}</th>
                  <td>{row.spots}</td>
                  <td>{figures(row.before)}</td>
                  <td>{figures(row.after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {worse(judged) && <p class="warn">{t("walk.worse")}</p>}
          <Layers />
          <Fits judged={judged} />
          <button class="primary" data-act="accept" onClick={() => void accept(walk.walk_id)}>
            {t("walk.accept")}
          </button>
          <p class="muted">{t("walk.accept.hint")}</p>
        </>
      )}
      {judged?.state === "none" && <Legend kind="coverage" />}
    </div>
  );
}

/** Averaged over all spots, as the technician would decide. */
function worse({ floors }: Assessment): boolean {
  const both = floors.filter((row) => row.before && row.after);
  const sum = (side: "before" | "after"): number => both.reduce((total, row) => total + row.spots * row[side]!.mean_m, 0);
  return both.length > 0 && sum("after") >= sum("before");
}

function Layers() {
  return (
    <>
      <div class="segments" role="group" aria-label={t("walk.layer")}>
        {(["coverage", "before", "after"] as const).map((name) => (
          <button key={name} data-layer={name} aria-pressed={layer.value === name} onClick={() => (layer.value = name)}>
            {t(`walk.layer.${name}`)}
          </button>
        ))}
      </div>
      <Legend kind={layer.value === "coverage" ? "coverage" : "error"} />
    </>
  );
}

function Fits({ judged }: { judged: Assessment }) {
  const moved = judged.gateways.filter((one) => one.moved);
  return (
    <details open={moved.length > 0}>
      <summary>
        {t("tab.gateways")} {moved.length > 0 && <span class="warn">{t("walk.moved", { n: moved.length })}</span>}
      </summary>
      <table class="fits">
        <thead>
          <tr>
            <th scope="col">{t("kind.gateways")}</th>
            <th scope="col">{t("walk.power")}</th>
            <th scope="col">n</th>
            <th scope="col">{t("walk.misfit")}</th>
            <th scope="col">{t("walk.change")}</th>
          </tr>
        </thead>
        <tbody>
          {judged.gateways.map((one) => (
            <tr key={one.gateway} class={one.moved ? "bad" : ""}>
              <th scope="row">{one.gateway}</th>
              <td>{one.power_dbm.toFixed(0)}</td>
              <td>{one.path_loss_exponent.toFixed(2)}</td>
              <td>{one.misfit_db.toFixed(1)}</td>
              <td>{one.change_db === null ? "–" : one.change_db.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Past() {
  const zone = state.site.value?.timezone;
  if (walks.value.length === 0) return null;
  return (
    <>
      <h3>{t("walk.past")}</h3>
      <ul class="walks">
        {walks.value.map((one) => (
          <li key={one.walk_id}>
            <button class="link" aria-current={seen.value?.walk.walk_id === one.walk_id ? "true" : undefined} onClick={() => void trying(() => open(one.walk_id))}>
              {one.title || one.walk_id} <span class="muted">{new Date(one.started_at / 1e3).toLocaleDateString(undefined, zone ? { timeZone: zone } : {})} {clockTime(one.started_at / 1e3, false, zone)} · {one.marks.length}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

// --- on the map ---------------------------------------------------------------------------------------------

/** Four steps each, from good to bad; the number stands inside, so that colour is not needed. */
const DBM = [-70, -80, -90];
const METRES = [2, 4, 8];
const step = (value: number, limits: number[], up: boolean): number => limits.filter((limit) => (up ? value > limit : value < limit)).length;

function Legend({ kind }: { kind: "coverage" | "error" }) {
  const labels = kind === "coverage" ? ["> −70 dBm", "−70 … −80", "−80 … −90", "< −90"] : ["≤ 2 m", "2 … 4 m", "4 … 8 m", "> 8 m"];
  return (
    <ul class="legend-row" aria-label={t(kind === "coverage" ? "walk.legend.coverage" : "walk.legend.error")}>
      {labels.map((label, i) => (
        <li key={label}>
          <i class={`grade-${i}`} /> {label}
        </li>
      ))}
    </ul>
  );
}

export function WalkOnMap() {
  const floor = state.floor.value?.floor;
  const walk = seen.value?.walk;
  const points = (underWay()?.route ?? route.value).map((point, i) => ({ ...point, n: i + 1 }));
  const marks = walk?.marks.filter((one) => one.floor === floor) ?? [];
  const target = underWay() && next(underWay()!);
  const legs = points.flatMap((point, i) => (i && point.floor === floor && points[i - 1]!.floor === floor ? [[points[i - 1]!, point] as const] : []));
  return (
    <>
      {underWay() &&
        marks.map((one) => <circle key={one.at} class="walked" cx={one.x_m} cy={-one.y_m} />)}
      <Heat floor={floor ?? ""} />
      {legs.map(([a, b]) => (
        <line key={b.n} class="route" x1={a.x_m} y1={-a.y_m} x2={b.x_m} y2={-b.y_m} />
      ))}
      {points.filter((point) => point.floor === floor).map((point) => (
        <g key={point.n} class={`waypoint ${target && point.x_m === target.x_m && point.y_m === target.y_m ? "next" : ""}`} transform={`translate(${point.x_m} ${-point.y_m})`}>
          <g class="glyph">
            <circle r="9" />
            <text y="4">{point.n}</text>
          </g>
        </g>
      ))}
    </>
  );
}

function Heat({ floor }: { floor: string }) {
  const judged = assessment.value;
  if (layer.value === "coverage" || judged?.state !== "done") {
    return (
      <>
        {(seen.value?.coverage ?? []).filter((one) => one.floor === floor).map((one) => (
          <Spot key={`${one.x_m} ${one.y_m}`} x={one.x_m} y={one.y_m} grade={step(one.best_dbm, DBM, false)} text={String(one.gateways)} />
        ))}
      </>
    );
  }
  return (
    <>
      {judged.spots.filter((one) => one.floor === floor).map((one) => {
        const error_m = layer.value === "before" ? one.before_m : one.after_m;
        return error_m === null ? null : <Spot key={`${one.x_m} ${one.y_m}`} x={one.x_m} y={one.y_m} grade={step(error_m, METRES, true)} text={error_m.toFixed(0)} />;
      })}
    </>
  );
}

const Spot = ({ x, y, grade, text }: { x: number; y: number; grade: number; text: string }) => (
  <g class={`spot grade-${grade}`} transform={`translate(${x} ${-y})`}>
    <rect x={-0.75} y={-0.75} width={1.5} height={1.5} />
    <text y={0.35} font-size={0.9}>
      {text}
    </text>
  </g>
);
