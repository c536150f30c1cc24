// H7: help for the helper. Held for a second and a half, then a call for security goes out from where I am.

import { signal } from "@preact/signals";
import type { UnitChanged } from "../shared/protocol";
import { wish } from "./outbox";
import * as state from "./state";
import { t } from "./texts";

const HOLD_MS = 1_500;
const SHOWN_MS = 6_000;

const holding = signal(false);
const sent = signal(false);
let timer: ReturnType<typeof setTimeout> | undefined;

function send(unit: UnitChanged): void {
  holding.value = false;
  const home = state.site.value?.staff[0];
  const here = state.place.value;
  const place = here
    ? { floor: here.floor, x_m: here.x_m, y_m: here.y_m, spot: null }
    : { floor: home?.home_floor ?? "", x_m: home?.home[0] ?? 0, y_m: home?.home[1] ?? 0, spot: null };
  const services = state.site.value?.services ?? [];
  const service = services.find((one) => one.service === "sos") ?? services.find((one) => one.service === "security");
  if (!service) return;
  wish({ type: "PlaceCall", service: service.service, place, note: `SOS ${unit.unit_id}` });
  if (navigator.vibrate) navigator.vibrate(600);
  sent.value = true;
  setTimeout(() => (sent.value = false), SHOWN_MS);
}

export function Sos({ unit }: { unit: UnitChanged }) {
  const begin = (): void => {
    if (sent.value) return;
    holding.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => send(unit), HOLD_MS);
  };
  const end = (): void => {
    clearTimeout(timer);
    holding.value = false;
  };
  return (
    <button
      class={`sos ${holding.value ? "holding" : ""} ${sent.value ? "sent" : ""}`}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if ((event.key === "Enter" || event.key === " ") && !event.repeat) begin();
      }}
      onKeyUp={end}
    >
      {t(sent.value ? "sos.sent" : holding.value ? "sos.holding" : "sos")}
    </button>
  );
}
