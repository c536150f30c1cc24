// Calls that come again and again: service, place and note, kept in this browser, one press to fill them in.

import { signal } from "@preact/signals";
import { translator } from "../shared/i18n";
import { ServiceIcon } from "../shared/icon";
import { draft, type Draft } from "./map/layers";
import { placeText, serviceIcon, serviceName } from "./words";

type Template = Pick<Draft, "service" | "place" | "note">;

const STORED = "nearhand.templates";
const KEPT_MAX = 12;

const t = translator(
  { title: "常用呼叫", keep: "存为常用", remove: "去掉常用呼叫 {name}" },
  { title: "Templates", keep: "Keep as a template", remove: "Remove the template {name}" },
);

const templates = signal<Template[]>(read());

function read(): Template[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(kept) ? (kept as Template[]) : [];
  } catch {
    return [];
  }
}

function write(next: Template[]): void {
  templates.value = next.slice(-KEPT_MAX);
  try {
    localStorage.setItem(STORED, JSON.stringify(templates.value));
  } catch {
    // Then they are for this visit only.
  }
}

const nameOf = ({ service, place, note }: Template): string => [service && serviceName(service), place && placeText(place), note].filter(Boolean).join(" · ");

/** Those that there are, above the form. */
export function Templates({ use }: { use: (template: Template) => void }) {
  if (templates.value.length === 0) return null;
  return (
    <fieldset class="templates">
      <legend>{t("title")}</legend>
      <ul>
        {templates.value.map((one, i) => (
          <li key={i}>
            <button type="button" data-template={i} onClick={() => use(one)}>
              <ServiceIcon icon={serviceIcon(one.service ?? "")} size={16} /> {nameOf(one)}
            </button>
            <button type="button" class="plain" aria-label={t("remove", { name: nameOf(one) })} onClick={() => write(templates.value.filter((other) => other !== one))}>
              ✕
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** Keeps what stands in the form. */
export function KeepTemplate() {
  const now = draft.value;
  if (!now?.service || !now.place) return null;
  const { service, place, note } = now;
  const known = templates.value.some((one) => nameOf(one) === nameOf(now));
  return (
    <button type="button" data-act="keep-template" disabled={known} onClick={() => write([...templates.value, { service, place, note }])}>
      {t("keep")}
    </button>
  );
}
