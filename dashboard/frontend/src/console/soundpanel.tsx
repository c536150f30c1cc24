// Mute, and until when; listen, and how loud.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { now } from "../shared/clock";
import { clockTime } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { MUTE_LIMIT_MS, type Sound, liveNow, mute, mutedUntil, setVolume, test, tested, volume } from "./sound";
import { tso } from "./soundtexts";
import { speak, voice } from "./speech";
import * as state from "./state";
import { t } from "./texts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const SHIFT_END = "nearhand.shiftEnd";
const SOUNDS: readonly Sound[] = ["new", "late", "emergency"];

export const soundShown = signal(false);
const shiftEnd = signal(kept());

function kept(): string {
  try {
    return localStorage.getItem(SHIFT_END) ?? "22:00";
  } catch {
    return "22:00";
  }
}

function setShiftEnd(time: string): void {
  shiftEnd.value = time;
  try {
    localStorage.setItem(SHIFT_END, time);
  } catch {
    // Then it is asked for again on the next visit.
  }
}

const minutesOfDay = (time: string): number => {
  const [hours = NaN, minutes = NaN] = time.split(":").map(Number);
  return hours * 60 + minutes;
};

/** When the clock of the mall next shows this time; null when that is further away than one may mute. */
function nextTime(time: string): number | null {
  const at = liveNow();
  const ahead = (minutesOfDay(time) - minutesOfDay(clockTime(at, false, state.site.value?.timezone)) + DAY_MINUTES) % DAY_MINUTES;
  const until = Math.floor(at / MINUTE_MS) * MINUTE_MS + ahead * MINUTE_MS;
  return ahead > 0 && until - at <= MUTE_LIMIT_MS ? until : null;
}

export const untilText = (): string =>
  mutedUntil.value === null ? "" : tso("sound.until", { time: clockTime(mutedUntil.value, false, state.site.value?.timezone) });

/** Beside the other switches: whether new calls are heard, else until when they are not. */
export function SoundButton() {
  const muted = mutedUntil.value !== null;
  return (
    <button class={`plain sound-button ${muted ? "muted-until" : ""}`} onClick={() => (soundShown.value = true)} aria-haspopup="dialog" title={`${muted ? untilText() : tso("sound.on")} (M)`}>
      <Icon name={muted ? "mute" : "sound"} size={18} />
      {muted ? <span>{untilText()}</span> : <span class="visually-hidden">{tso("sound.on")}</span>}
    </button>
  );
}

/** In the status line until somebody has listened: a browser that was not touched stays silent. */
export function UntestedSound() {
  if (tested.value) return null;
  return (
    <button class="link warn untested" onClick={() => (soundShown.value = true)}>
      {tso("sound.untested")} <kbd>M</kbd>
    </button>
  );
}

export function SoundPanel() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (soundShown.value && !dialog.current?.open) dialog.current?.showModal();
  });
  if (!soundShown.value) return null;
  const close = (): void => void (soundShown.value = false);
  return (
    <dialog class="help sounds" ref={dialog} onClose={close} aria-label={tso("sound.title")}>
      <header>
        <h2>{tso("sound.title")}</h2>
        <button class="plain" onClick={close} aria-label={t("common.close")}>
          <Icon name="close" />
        </button>
      </header>
      {mutedUntil.value === null ? <MuteQuestion done={close} /> : <Muted />}
      <p class="muted">{tso("sound.never")}</p>
      <Listen />
    </dialog>
  );
}

function Muted() {
  return (
    <p class="buttons" role="status">
      <strong>{untilText()}</strong>
      <button class="primary" data-mute="off" autofocus onClick={() => mute(null)}>
        {tso("sound.resume")}
      </button>
    </p>
  );
}

function MuteQuestion({ done }: { done: () => void }) {
  void now.value; // the end of the shift comes nearer
  const end = nextTime(shiftEnd.value);
  const until = (at: number): void => {
    mute(at);
    done();
  };
  return (
    <fieldset>
      <legend>{tso("sound.mute")}</legend>
      <div class="buttons">
        <button data-mute="15" autofocus onClick={() => until(liveNow() + 15 * MINUTE_MS)}>
          {tso("sound.minutes", { n: 15 })}
        </button>
        <button data-mute="60" onClick={() => until(liveNow() + 60 * MINUTE_MS)}>
          {tso("sound.hour")}
        </button>
        <button data-mute="shift" disabled={end === null} onClick={() => end !== null && until(end)}>
          {tso("sound.shift")}
        </button>
        <label class="shift-end">
          {tso("sound.shiftEnd")} <input type="time" value={shiftEnd.value} onChange={(event) => setShiftEnd(event.currentTarget.value)} />
        </label>
        {end === null && <span class="warn">{tso("sound.tooFar")}</span>}
      </div>
    </fieldset>
  );
}

function Listen() {
  const listen = (kind: Sound): void => {
    test(kind);
    if (kind === "emergency") speak(tso("sound.emergencyWords"));
  };
  return (
    <fieldset>
      <legend>{tso("sound.test")}</legend>
      <div class="buttons">
        {SOUNDS.map((kind) => (
          <button key={kind} data-sound={kind} onClick={() => listen(kind)}>
            <Icon name="sound" size={16} /> {tso(`sound.${kind}` as "sound.new")}
          </button>
        ))}
        <label class="volume">
          {tso("sound.volume")}
          <input type="range" min="0" max="100" step="5" value={Math.round(volume.value * 100)} onInput={(event) => setVolume(Number(event.currentTarget.value) / 100)} />
        </label>
      </div>
      <p class="muted">{tso("sound.side")}</p>
      {!voice.value && <p class="warn">{tso("sound.noVoice")}</p>}
    </fieldset>
  );
}
