// The map editor's side: what to add, the chosen thing's fields, the list of everything, and maps to import.

import { signal } from "@preact/signals";
import { named } from "../shared/i18n";
import { HttpError } from "../shared/http";
import { LONG_MS, ask } from "../shared/ask";
import { DraftBar } from "../shared/draft/bar";
import type { Finding } from "../shared/draft/drafting";
import { Findings } from "../shared/draft/findings";
import type { Shown } from "./api";
import { BackdropForm } from "./backdrops";
import { ID, KINDS, find, floorOf, idOf, moved, nameOf, placeOf, withEntry, type Chosen, type Connector, type Installed, type Kind, type Zone } from "./model";
import { goTo, wayTo } from "./findings";
import * as state from "./state";
import { t } from "./texts";

const ADDABLE = ["gateways", "depots", "spots", "zones", "connectors"] as const;
const FORMATS = ["auto", "nearhand", "minew", "moko", "kkm", "ruuvi", "april_brother", "ingics", "aruba", "meraki", "shelly", "espresense", "openmqttgateway", "tasmota", "cassia", "kontakt"];
const listed = signal<Kind>("gateways");
type Entry = Installed[Kind][number];

export function Editor() {
  return (
    <section class="panel-body">
      <DraftBar of={state.draft} />
      <div class="adds" role="group" aria-label={t("edit.add")}>
        {ADDABLE.map((kind) => (
          <button key={kind} data-add={kind} aria-pressed={state.adding.value === kind} onClick={() => (state.adding.value = state.adding.value === kind ? null : kind)}>
            + {t(`kind.${kind}`)}
          </button>
        ))}
      </div>
      {state.chosen.value ? <Form key={`${state.chosen.value.kind} ${state.chosen.value.id}`} chosen={state.chosen.value} /> : <p class="muted">{t("edit.none")}</p>}
      <Findings findings={state.draft.findings.value} way={wayTo} />
      <List />
      <BackdropForm />
      <MapImport />
    </section>
  );
}

/** Puts a changed entry back; a new id keeps it chosen. */
function put(chosen: Chosen, entry: Entry | null, key = ""): void {
  const now = state.draft.content.peek();
  if (!now) return;
  state.draft.change(withEntry(now, chosen, entry), key);
  state.chosen.value = entry && { kind: chosen.kind, id: idOf(chosen.kind, entry) };
}

function Form({ chosen }: { chosen: Chosen }) {
  const drawing = state.draft.content.value;
  const entry = drawing && find(drawing, chosen);
  if (!drawing || !entry) return null;
  const { kind, id } = chosen;
  const values = entry as unknown as Record<string, unknown>;
  const set = (fields: Record<string, unknown>): void => put(chosen, { ...entry, ...fields } as Entry, `${kind} ${id} ${Object.keys(fields).join()}`);
  const text = (field: string, label: string, list?: string) => (
    <label>
      {label}
      <input data-field={field} list={list} value={String(values[field] ?? "")} onChange={(event) => set({ [field]: event.currentTarget.value.trim() })} />
    </label>
  );
  const number = (field: string, label: string, step = 0.1) => (
    <label>
      {label}
      <input data-field={field} type="number" step={step} value={values[field] as number} onChange={(event) => set({ [field]: Number(event.currentTarget.value) })} />
    </label>
  );
  const rename = (next: string): void => {
    const taken = next !== id && find(drawing, { kind, id: next });
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(next) || taken) state.said.value = { tone: "bad", text: t("edit.id.bad", { id: next }) };
    else set({ [ID[kind]]: next });
  };
  return (
    <form class="fields" data-form={kind} onSubmit={(event) => event.preventDefault()}>
      <h3>{t(`kind.${kind}`)}</h3>
      {kind !== "homes" && (
        <label>
          {t("field.id")}
          <input data-field="id" value={id} onChange={(event) => rename(event.currentTarget.value.trim())} />
        </label>
      )}
      {kind === "spots" && <p class="muted">{t("field.id.spot")}</p>}
      <Names entry={entry} kind={kind} set={set} />
      {kind !== "zones" && kind !== "connectors" && <Place chosen={chosen} entry={entry} />}
      {kind === "gateways" && (
        <div class="pair">
          {number("height_m", t("field.height"))}
          {text("vendor_format", t("field.format"), "formats")}
          {text("address", t("field.address"))}
          <datalist id="formats">
            {FORMATS.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
      )}
      {kind === "depots" && <Stock entry={values} set={set} />}
      {kind === "zones" && <p class="muted">{t("edit.zone.hint", { n: (entry as Zone).polygon.outer.length })}</p>}
      {kind === "connectors" && <Way connector={entry as Connector} set={set} number={number} />}
      {kind !== "homes" && (
        <button type="button" class="danger" data-act="delete" onClick={() => put(chosen, null)}>
          {t("edit.delete")}
        </button>
      )}
    </form>
  );
}

function Names({ entry, kind, set }: { entry: Entry; kind: Kind; set: (fields: Record<string, unknown>) => void }) {
  if (kind === "homes") return <p>{named(state.site.value?.staff.find((one) => one.unit_id === idOf(kind, entry))?.name, idOf(kind, entry))}</p>;
  if (kind === "gateways") return null;
  const name = nameOf(entry) ?? { zh: "", en: "" };
  return (
    <div class="pair">
      {(["zh", "en"] as const).map((lang) => (
        <label key={lang}>
          {t(`field.name.${lang}`)}
          <input data-field={`name-${lang}`} lang={lang} value={name[lang]} onChange={(event) => set({ name: { ...name, [lang]: event.currentTarget.value.trim() } })} />
        </label>
      ))}
    </div>
  );
}

/** Floor and metres: the drag's equivalent for those who type. */
function Place({ chosen, entry }: { chosen: Chosen; entry: Entry }) {
  const [x, y] = placeOf(chosen.kind, entry);
  const field = chosen.kind === "homes" ? "home_floor" : "floor";
  return (
    <div class="pair">
      <label>
        {t("field.floor")}
        <select data-field="floor" value={floorOf(chosen.kind, entry)} onChange={(event) => {
          put(chosen, { ...entry, [field]: event.currentTarget.value } as Entry);
          state.goToFloor(event.currentTarget.value);
        }}>
          {(state.site.value?.floors ?? []).map((one) => (
            <option key={one.floor}>{one.floor}</option>
          ))}
        </select>
      </label>
      {(["x", "y"] as const).map((axis, i) => (
        <label key={axis}>
          {axis} (m)
          <input data-field={axis} type="number" step={0.1} value={i ? y : x} onChange={(event) => put(chosen, moved(chosen.kind, entry, i ? [x, Number(event.currentTarget.value)] : [Number(event.currentTarget.value), y]))} />
        </label>
      ))}
    </div>
  );
}

function Stock({ entry, set }: { entry: Record<string, unknown>; set: (fields: Record<string, unknown>) => void }) {
  const stock = entry["stock"] as Record<string, number>;
  return (
    <>
      <label>
        {t("field.kind")}
        <select value={entry["kind"] as string} onChange={(event) => set({ kind: event.currentTarget.value })}>
          <option value="depot">{t("depot.depot")}</option>
          <option value="emergency_box">{t("depot.emergency_box")}</option>
        </select>
      </label>
      <div class="pair">
        {(state.site.value?.items ?? []).map((item) => (
          <label key={item.item}>
            {named(item.name)}
            <input type="number" min={0} step={1} value={stock[item.item] ?? 0} onChange={(event) => {
              const { [item.item]: _old, ...others } = stock;
              const n = Math.max(0, Math.round(Number(event.currentTarget.value)));
              set({ stock: n ? { ...others, [item.item]: n } : others });
            }} />
          </label>
        ))}
      </div>
    </>
  );
}

function Way({ connector, set, number }: { connector: Connector; set: (fields: Record<string, unknown>) => void; number: (field: string, label: string, step?: number) => unknown }) {
  const check = (field: "both_ways" | "wheels" | "fire_safe") => (
    <label class="yes-no">
      <input type="checkbox" checked={connector[field]} onChange={(event) => set({ [field]: event.currentTarget.checked })} /> {t(`way.${field}`)}
    </label>
  );
  const stopsAt = (name: string): boolean => connector.stops.some((stop) => stop.floor === name);
  const toggle = (name: string): void => {
    const order = (state.site.value?.floors ?? []).map((one) => one.floor);
    const at = connector.stops[0]?.at ?? [0, 0];
    const stops = stopsAt(name) ? connector.stops.filter((stop) => stop.floor !== name) : [...connector.stops, { floor: name, at }];
    // In order of travel: upwards, unless it only goes down.
    const down = order.indexOf(connector.stops[0]?.floor ?? "") > order.indexOf(connector.stops.at(-1)?.floor ?? "");
    stops.sort((a, b) => (order.indexOf(a.floor) - order.indexOf(b.floor)) * (down && !connector.both_ways ? -1 : 1));
    set({ stops });
  };
  return (
    <>
      <label>
        {t("field.kind")}
        <select data-field="kind" value={connector.kind} onChange={(event) => set({ kind: event.currentTarget.value })}>
          {(["lift", "escalator", "stairs", "ramp"] as const).map((kind) => (
            <option key={kind} value={kind}>
              {t(`way.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="stops">
        <legend>{t("way.stops")}</legend>
        {(state.site.value?.floors ?? []).map((one) => (
          <label key={one.floor} class="yes-no">
            <input type="checkbox" data-stop={one.floor} checked={stopsAt(one.floor)} onChange={() => toggle(one.floor)} /> {one.floor}
          </label>
        ))}
      </fieldset>
      {!connector.both_ways && (
        <button type="button" class="small" onClick={() => set({ stops: [...connector.stops].reverse() })}>
          {t("way.turn")}: {connector.stops[0]?.floor} → {connector.stops.at(-1)?.floor}
        </button>
      )}
      {check("both_ways")}
      {check("wheels")}
      {check("fire_safe")}
      <div class="pair">
        {number("wait_s", t("way.wait"), 1)}
        {number("seconds_per_floor", t("way.seconds"), 1)}
      </div>
    </>
  );
}

function List() {
  const drawing = state.draft.content.value;
  const kind = listed.value;
  if (!drawing) return null;
  return (
    <details class="list">
      <summary>
        {t("edit.list")} <span class="muted">{KINDS.reduce((sum, one) => sum + drawing.installed[one].length, 0)}</span>
      </summary>
      <label>
        {t("field.kind")}
        <select value={kind} onChange={(event) => (listed.value = event.currentTarget.value as Kind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`kind.${one}`)} ({drawing.installed[one].length})
            </option>
          ))}
        </select>
      </label>
      <ul>
        {drawing.installed[kind].map((entry) => {
          const id = idOf(kind, entry);
          return (
            <li key={id}>
              <button class="link" onClick={() => goTo({ kind, id })}>
                {id} <span class="muted">{named(nameOf(entry))} {floorOf(kind, entry)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

const importing = signal(false);
const imported = signal<Finding[]>([]);

async function takeMap(file: File): Promise<void> {
  importing.value = true;
  try {
    await state.draft.saved();
    const answer = await ask<Shown>("POST", `/api/workshop/map?version=${state.draft.about.peek()?.version ?? 0}`, file, LONG_MS);
    imported.value = answer.findings;
    await state.draft.load();
    state.said.value = { tone: "good", text: t("import.done", { n: answer.site.floors.length }) };
  } catch (error) {
    state.said.value = { tone: "bad", text: t("import.failed", { why: error instanceof HttpError ? error.detail : "" }) };
  }
  importing.value = false;
}

function MapImport() {
  return (
    <details class="import">
      <summary>{t("import.title")}</summary>
      <p class="muted">{t("import.hint")}</p>
      <label>
        {t("import.file")}
        <input type="file" accept=".zip,.json,.geojson" data-field="map" disabled={importing.value} onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void takeMap(file);
        }} />
      </label>
      {importing.value && <p role="status">{t("import.busy")}</p>}
      {imported.value.length > 0 && <Findings findings={imported.value} way={wayTo} />}
      <a class="download" href="/api/workshop/site.zip">
        {t("import.download")}
      </a>
    </details>
  );
}

