// A new call, or a call that is moved: a service, a place on the map or by name, a note.

import { signal } from "@preact/signals";
import { focusOnce } from "../shared/focus";
import { named } from "../shared/i18n";
import { Icon, ServiceIcon } from "../shared/icon";
import { discardDraft, goToFloor, moveCall, placeCall, wantedView } from "./actions";
import { draft, type Draft } from "./map/layers";
import { findPlaces, type Found } from "./search";
import * as state from "./state";
import { KeepTemplate, Templates } from "./templates";
import { t } from "./texts";
import { placeText, serviceIcon } from "./words";

const query = signal("");

function change(part: Partial<Draft>): void {
  if (draft.value) draft.value = { ...draft.value, ...part };
}

function choose(found: Found): void {
  change({ place: found.place });
  query.value = "";
  const index = state.floorOf.value.get(found.place.floor)?.i;
  if (index !== undefined && index !== state.floorIndex.value) goToFloor(index);
  wantedView.value = { x: found.place.x_m, y: found.place.y_m };
}

function submit(current: Draft): void {
  if (!current.place) return;
  if (current.moves) void moveCall(current.moves, current.place);
  else if (current.service) void placeCall(current.service, current.place, current.note);
}

export function NewCall() {
  const current = draft.value;
  if (!current) return null;
  const ready = current.place !== null && (current.moves !== null || current.service !== null);
  return (
    <form
      class="new-call"
      onSubmit={(event) => {
        event.preventDefault();
        submit(current);
      }}
    >
      <h2>{t(current.moves ? "new.move" : "new.title")}</h2>
      {!current.moves && <Templates use={change} />}
      {!current.moves && <Services chosen={current.service} />}
      <PlaceField current={current} />
      {!current.moves && (
        <label>
          {t("new.note")}
          <input value={current.note} maxLength={200} onInput={(event) => change({ note: event.currentTarget.value })} />
        </label>
      )}
      <div class="buttons">
        <button class="primary" type="submit" disabled={!ready}>
          <Icon name="check" size={16} /> {t(current.moves ? "new.send.move" : "new.send")}
        </button>
        <button type="button" onClick={discardDraft} title="Esc">
          {t("new.close")}
        </button>
        {!current.moves && <KeepTemplate />}
      </div>
    </form>
  );
}

function Services({ chosen }: { chosen: string | null }) {
  return (
    <fieldset class="services">
      <legend>{t("new.service")}</legend>
      {(state.site.value?.services ?? []).map((service, i) => (
        <button
          key={service.service}
          type="button"
          class={`service priority-${service.priority}`}
          aria-pressed={chosen === service.service}
          data-service={service.service}
          ref={i === 0 ? focusOnce : null}
          onClick={() => change({ service: service.service })}
        >
          <ServiceIcon icon={serviceIcon(service.service)} size={22} />
          <span>{named(service.name)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function PlaceField({ current }: { current: Draft }) {
  const found = query.value ? findPlaces(query.value) : [];
  return (
    <div class="place-field">
      <label>
        {t("new.place")}
        <input
          value={query.value}
          placeholder={t("new.place.hint")}
          role="combobox"
          aria-expanded={found.length > 0}
          aria-controls="places-found"
          autocomplete="off"
          data-field="place"
          onInput={(event) => (query.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            const first = found[0];
            if (event.key === "Enter" && first) {
              event.preventDefault();
              choose(first);
            }
          }}
        />
      </label>
      {found.length > 0 && (
        <ul id="places-found" class="found">
          {found.map((one) => (
            <li key={one.key}>
              <button type="button" onClick={() => choose(one)}>
                <strong>{one.text}</strong> <span class="muted">{one.place.floor}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class={current.place ? "chosen-place" : "muted"}>
        <Icon name="pin" size={16} /> {current.place ? placeText(current.place) : t("call.place.hint")}
      </p>
    </div>
  );
}
