// H7: help for the helper. Held for a second and a half, taken back within five, then a call for security
// goes out from where I am, and stays in sight until it is over.

import { computed, signal } from "@preact/signals";
import { now, serverNow } from "../shared/clock";
import type { UnitChanged } from "../shared/protocol";
import { SILENT, isQuiet, waiting, wish } from "./outbox";
import * as state from "./state";
import { t } from "./texts";

const HOLD_MS = 1_500;
const TAKE_BACK_MS = 5_000;

const holding = signal(false);
/** Server milliseconds at which it goes out, 0 = nothing is under way. */
const goesAt = signal(0);
let held: ReturnType<typeof setTimeout> | undefined;
let going: ReturnType<typeof setTimeout> | undefined;

function arm(unit: UnitChanged): void {
  holding.value = false;
  goesAt.value = serverNow() + TAKE_BACK_MS;
  if (navigator.vibrate) navigator.vibrate([200, 100, 200]);
  going = setTimeout(() => send(unit), TAKE_BACK_MS);
}

function takeBack(): void {
  clearTimeout(going);
  goesAt.value = 0;
}

function send(unit: UnitChanged, silent = false): void {
  takeBack();
  const home = state.site.value?.staff[0];
  const here = state.place.value;
  const place = here
    ? { floor: here.floor, x_m: here.x_m, y_m: here.y_m, spot: null }
    : { floor: home?.home_floor ?? "", x_m: home?.home[0] ?? 0, y_m: home?.home[1] ?? 0, spot: null };
  const services = state.site.value?.services ?? [];
  const service = services.find((one) => one.service === "sos") ?? services.find((one) => one.service === "security");
  if (!service) return;
  wish({ type: "PlaceCall", service: service.service, place, note: `SOS ${unit.unit_id}${silent ? ` ${SILENT}` : ""}` });
  if (navigator.vibrate && !silent) navigator.vibrate(600);
}

const mySos = (): state.MyCall[] => (state.mine.value?.calls ?? []).filter((one) => one.placed_by_me && one.note.startsWith("SOS"));

export const quietSosHeard = computed(() => mySos().some((one) => one.note.endsWith(SILENT)));

/** Under duress: held like the red button, but nothing changes, sounds or shakes, and it cannot be taken back. */
export function silently(unit: UnitChanged) {
  const end = (): void => clearTimeout(held);
  const begin = (): void => {
    end();
    held = setTimeout(() => send(unit, true), HOLD_MS);
  };
  return { onPointerDown: begin, onPointerUp: end, onPointerLeave: end, onContextMenu: (event: Event) => event.preventDefault() };
}

/** What has become of my call for help, for as long as it is open. */
export function SosLine() {
  if (goesAt.value > 0) {
    const seconds = Math.max(0, Math.ceil((goesAt.value - now.value) / 1000));
    return (
      <div class="line red sos-line" role="alert">
        <span>{t("sos.going", { n: seconds })}</span>
        <button data-act="take-back" onClick={takeBack}>
          {t("sos.takeBack")}
        </button>
      </div>
    );
  }
  if (waiting.value.some((one) => one.wish.type === "PlaceCall" && !isQuiet(one.wish))) return <p class="line red sos-line">{t("sos.waits")}</p>;
  const call = mySos().find((one) => !one.note.endsWith(SILENT));
  if (!call) return null;
  return (
    <p class="line red sos-line" role="status" data-sos={call.state}>
      {progress(call)}
    </p>
  );
}

function progress(call: state.MyCall): string {
  if (call.tasks.some((task) => task.state === "on_scene")) return t("sos.here");
  const eta = call.tasks.find((task) => task.unit_id !== null && task.eta_at !== null)?.eta_at;
  if (eta) return t("sos.comes", { minutes: Math.max(1, Math.ceil((eta / 1e3 - now.value) / 60_000)) });
  return t(call.desk_knows ? "sos.known" : "sos.sent");
}

export function Sos({ unit }: { unit: UnitChanged }) {
  const begin = (): void => {
    if (goesAt.value > 0) return;
    holding.value = true;
    clearTimeout(held);
    held = setTimeout(() => arm(unit), HOLD_MS);
  };
  const end = (): void => {
    clearTimeout(held);
    holding.value = false;
  };
  return (
    <button
      class={`sos ${holding.value ? "holding" : ""}`}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if ((event.key === "Enter" || event.key === " ") && !event.repeat) begin();
      }}
      onKeyUp={end}
    >
      {t(holding.value ? "sos.holding" : "sos")}
    </button>
  );
}
