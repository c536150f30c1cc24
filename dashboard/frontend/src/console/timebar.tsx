// C7: the time bar of a replay, and the ways into it and out of it.

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { liveNew } from "./feed";
import { SPEEDS, WIDTHS, begin, closeReplay, end, marks, moment, nextBreach, place, playPause, seek, setSpeed, setWidth, share, span, toggleReplay, type Mark } from "./replay";
import { tr, type ReplayKey } from "./replaytexts";
import * as state from "./state";

const STEP_US = 1e6;
const HEIGHT = 26;

export function ReplayButton() {
  return (
    <button class="plain replay-open" data-act="replay" onClick={toggleReplay} title="R">
      <Icon name="clock" size={14} /> {tr("replay.open")}
    </button>
  );
}

/** Where the light of the live link stands otherwise. */
export function ReplayWord() {
  return (
    <span class="replay-word" role="status">
      {tr("replay.word")}
    </span>
  );
}

export function TimeBar() {
  // The bar follows the moment while it plays.
  useEffect(() => effect(() => place(moment.value)), []);
  const zone = state.site.value?.timezone;
  const speed = state.past.value?.speed ?? 0;
  const at = moment.value;
  const noPositions = span.value && (span.value.positions_since === null ? "replay.noPositions" : at < span.value.positions_since ? "replay.noneKept" : null);
  return (
    <footer class="timebar" aria-label={tr("replay.bar")}>
      <div class="timebar-controls">
        <button class="primary" data-act="play" onClick={playPause} aria-pressed={speed > 0}>
          {tr(speed ? "replay.pause" : "replay.play")}
        </button>
        <span class="segments" role="group" aria-label={tr("replay.speed")}>
          {SPEEDS.map((one) => (
            <button key={one} aria-pressed={speed === one} data-speed={one} onClick={() => setSpeed(one)}>
              {one}×
            </button>
          ))}
        </span>
        <button data-act="breach" onClick={() => void nextBreach()} title="B">
          <Icon name="warning" size={15} /> {tr("replay.next")}
        </button>
        <strong class="timebar-now">
          {day(at, zone)} {clockTime(at / 1e3, true, zone)}
        </strong>
        {noPositions && <span class="warn">{tr(noPositions)}</span>}
        <span class="timebar-end">
          {liveNew.value > 0 && <span class="chip live-new">{tr("replay.new", { n: liveNew.value })}</span>}
          <select aria-label={tr("replay.window")} value={String(widthOf())} onChange={(event) => setWidth(Number(event.currentTarget.value))}>
            {WIDTHS.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes < 60 ? tr("replay.minutes", { n: minutes }) : tr("replay.hours", { n: minutes / 60 })}
              </option>
            ))}
          </select>
          <button data-act="share" onClick={() => void share()}>
            {tr("replay.share")}
          </button>
          <button class="primary" data-act="live" onClick={closeReplay} title="R">
            {tr("replay.live")}
          </button>
        </span>
      </div>
      <div class="timebar-line">
        <time>{clockTime(begin.value / 1e3, false, zone)}</time>
        <div class="timebar-track">
          <Ticks />
          <input
            type="range"
            aria-label={tr("replay.time")}
            aria-valuetext={clockTime(at / 1e3, true, zone)}
            min={begin.value}
            max={end.value}
            step={STEP_US}
            value={at}
            onInput={(event) => seek(Number(event.currentTarget.value))}
          />
        </div>
        <time>{clockTime(end.value / 1e3, false, zone)}</time>
      </div>
    </footer>
  );
}

const widthOf = (): number => Math.round((end.value - begin.value) / 60e6);

const day = (at: number, zone: string | undefined): string =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", ...(zone ? { timeZone: zone } : {}) }).format(at / 1e3);

/** Calls stand low, breaches stand high and are filled: told apart without colour. */
function Ticks() {
  const [from, to] = [begin.value, end.value];
  return (
    <svg class="ticks" viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {marks.value.map((mark) => (
        <Tick key={`${mark.at} ${mark.kind} ${mark.call_id}`} mark={mark} x={(1000 * (mark.at - from)) / (to - from)} />
      ))}
    </svg>
  );
}

function Tick({ mark, x }: { mark: Mark; x: number }) {
  const grave = mark.kind === "SlaBreached" || mark.kind === "FireModeSet";
  const medical = mark.kind === "CallReceived" && mark.priority === 1;
  const height = grave ? HEIGHT : medical ? 20 : mark.kind === "CallReceived" ? 13 : 7;
  return (
    <rect class={`tick tick-${mark.kind} ${medical ? "medical" : ""}`} x={x - (grave ? 1.4 : 0.8)} y={HEIGHT - height} width={grave ? 2.8 : 1.6} height={height}>
      <title>{`${clockTime(mark.at / 1e3, true, state.site.value?.timezone)} ${tr(`mark.${mark.kind}` as ReplayKey)} ${mark.call_id ?? mark.detail}`}</title>
    </rect>
  );
}
