// One line for everything: "wheel L3 starbucks" places a call, "a c12 li" assigns, a name or a floor goes there.

import { computed, signal } from "@preact/signals";
import { named } from "../shared/i18n";
import { focusOnce } from "../shared/focus";
import { isOpen } from "../shared/sla";
import { asks, assignToCall, goToFloor, merge, placeCall, select, wantedView } from "./actions";
import { to } from "./ordertexts";
import { findPlaces, initials } from "./search";
import * as state from "./state";
import { t } from "./texts";
import { placeText, serviceName, unitName } from "./words";

export const paletteShown = signal(false);
const query = signal("");
const chosen = signal(0);

interface Offer {
  key: string;
  text: string;
  run: () => void;
  /** Shown on the map while the line is written. */
  preview?: () => void;
}

const SHOWN = 7;

const matches = (texts: string[], word: string): boolean => texts.some((text) => text.toLowerCase().includes(word));

function services(word: string): string[] {
  return (state.site.value?.services ?? [])
    .filter((one) => matches([one.service, one.name.en, one.name.zh], word) || initials(one.name.zh).startsWith(word))
    .map((one) => one.service);
}

function people(words: string[]): string[] {
  return (state.site.value?.staff ?? [])
    .filter((one) => words.every((word) => matches([one.unit_id, one.name.zh, one.name.en, initials(one.name.zh)], word)))
    .map((one) => one.unit_id);
}

/** "a c12 li na": send Li Na to call c12. */
function assignments([verb, callId = "", ...rest]: string[]): Offer[] {
  if (verb !== "a" || !state.canDispatch.value) return [];
  const calls = state.openCalls.value.filter((call) => call.call_id.toLowerCase().includes(callId));
  return calls.slice(0, 3).flatMap((call) =>
    people(rest).map((unitId) => ({
      key: `assign ${call.call_id} ${unitId}`,
      text: t("palette.assign", { name: unitName(unitId), call: `${serviceName(call.service)} ${call.call_id}` }),
      run: () => assignToCall(call.call_id, unitId),
    })),
  );
}

/** "h c12": hold it; "m c12 c14": the same happening. */
function orders([verb, callId = "", into = ""]: string[]): Offer[] {
  if (!state.canDispatch.value || (verb !== "h" && verb !== "m")) return [];
  const named = (part: string) => state.openCalls.value.filter((call) => part && call.call_id.toLowerCase().includes(part)).slice(0, 3);
  if (verb === "h") {
    return named(callId).map((call) => ({
      key: `hold ${call.call_id}`,
      text: `${to("order.hold")} · ${serviceName(call.service)} ${call.call_id}`,
      run: () => {
        select({ kind: "call", id: call.call_id });
        asks.value = "hold";
      },
    }));
  }
  return named(callId).flatMap((call) =>
    named(into)
      .filter((other) => other.call_id !== call.call_id)
      .map((other) => ({
        key: `merge ${call.call_id} ${other.call_id}`,
        text: `${call.call_id} · ${to("order.merge.do", { call: other.call_id })}`,
        run: () => void merge(call.call_id, other.call_id),
      })),
  );
}

/** "wheel L3 starbucks": a service, then where. */
function newCalls([first = "", ...rest]: string[]): Offer[] {
  if (rest.length === 0 || !state.canDispatch.value) return [];
  return services(first).flatMap((service) =>
    findPlaces(rest.join(" ")).map((found) => ({
      key: `place ${service} ${found.key}`,
      text: t("palette.place", { service: serviceName(service), place: placeText(found.place) }),
      run: () => void placeCall(service, found.place, ""),
      preview: () => {
        const index = state.floorOf.value.get(found.place.floor)?.i;
        if (index !== undefined && index !== state.floorIndex.value) goToFloor(index);
        wantedView.value = { x: found.place.x_m, y: found.place.y_m };
      },
    })),
  );
}

function things(words: string[]): Offer[] {
  const floors = (state.site.value?.floors ?? [])
    .filter((floor) => words.length === 1 && matches([floor.floor, floor.name.zh, floor.name.en], words[0] as string))
    .map((floor) => ({ key: `floor ${floor.floor}`, text: t("palette.floor", { name: `${floor.floor} ${named(floor.name)}` }), run: () => goToFloor(floor.i) }));
  const units = people(words).map((id) => ({ key: `unit ${id}`, text: t("palette.unit", { name: unitName(id) }), run: () => select({ kind: "unit", id }) }));
  const calls = [...state.calls.value.values()]
    .filter((call) => isOpen(call) && words.every((word) => matches([call.call_id, serviceName(call.service)], word)))
    .map((call) => ({
      key: `call ${call.call_id}`,
      text: t("palette.call", { name: `${serviceName(call.service)} ${placeText(call.place)} ${call.call_id}` }),
      run: () => select({ kind: "call", id: call.call_id }),
    }));
  return [...calls, ...floors, ...units];
}

const offers = computed<Offer[]>(() => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return [...assignments(words), ...orders(words), ...newCalls(words), ...things(words)].slice(0, SHOWN);
});

function close(): void {
  paletteShown.value = false;
  query.value = "";
  chosen.value = 0;
}

function onKey(event: KeyboardEvent): void {
  const all = offers.value;
  if (event.key === "Escape") close();
  else if (event.key === "Enter" && all[chosen.value]) {
    const { run } = all[chosen.value] as Offer;
    close();
    run();
  } else if (event.key === "ArrowDown") choose(Math.min(all.length - 1, chosen.value + 1));
  else if (event.key === "ArrowUp") choose(Math.max(0, chosen.value - 1));
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(index: number): void {
  chosen.value = index;
  offers.value[index]?.preview?.();
}

export function Palette() {
  if (!paletteShown.value) return null;
  const all = offers.value;
  return (
    <div class="palette" role="dialog" aria-label={t("palette.label")}>
      <input
        ref={focusOnce}
        aria-label={t("palette.label")}
        placeholder={t("palette.hint")}
        value={query.value}
        autocomplete="off"
        role="combobox"
        aria-expanded={all.length > 0}
        aria-controls="palette-offers"
        onInput={(event) => {
          query.value = event.currentTarget.value;
          choose(0);
        }}
        onKeyDown={onKey}
      />
      <ul id="palette-offers">
        {all.map((offer, i) => (
          <li key={offer.key}>
            <button
              aria-current={i === chosen.value ? "true" : undefined}
              onClick={() => {
                close();
                offer.run();
              }}
            >
              {offer.text}
            </button>
          </li>
        ))}
        {query.value && all.length === 0 && <li class="muted">{t("palette.none")}</li>}
      </ul>
    </div>
  );
}
