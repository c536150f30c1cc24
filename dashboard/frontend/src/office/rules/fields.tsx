// The small parts of the forms: a text, a number, a choice, a list of rows.

import type { ComponentChildren } from "preact";
import { named, type Name } from "../../shared/i18n";
import { t } from "../texts";

interface Field<T> {
  label: string;
  field: string;
  value: T;
  set: (value: T) => void;
}

export const Text = ({ label, field, value, set }: Field<string>) => (
  <label>
    {label}
    <input data-field={field} value={value} maxLength={200} autocomplete="off" onInput={(event) => set(event.currentTarget.value)} />
  </label>
);

/** A half-typed number changes nothing. */
export const Amount = ({ label, field, value, set, min = 0, max, step = 1 }: Field<number> & { min?: number; max?: number; step?: number }) => (
  <label>
    {label}
    <input
      data-field={field}
      type="number"
      inputMode="decimal"
      min={min}
      {...(max === undefined ? {} : { max })}
      step={step}
      value={value}
      onInput={(event) => {
        const { value: text, valueAsNumber: number } = event.currentTarget;
        if (text !== "" && Number.isFinite(number)) set(number);
      }}
    />
  </label>
);

export const Choice = ({ label, field, value, set, options }: Field<string> & { options: readonly (readonly [string, string])[] }) => (
  <label>
    {label}
    <select data-field={field} value={value} onChange={(event) => set(event.currentTarget.value)}>
      {options.map(([id, text]) => (
        <option key={id} value={id} selected={id === value}>
          {text}
        </option>
      ))}
    </select>
  </label>
);

export const Tick = ({ label, field, value, set }: Field<boolean>) => (
  <label class="yes-no">
    <input data-field={field} type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} /> <span>{label}</span>
  </label>
);

export const Names = ({ value, set }: { value: Name; set: (value: Name) => void }) => (
  <>
    <Text label={`${t("ru.name")} 中文`} field="name-zh" value={value.zh} set={(zh) => set({ ...value, zh })} />
    <Text label={`${t("ru.name")} English`} field="name-en" value={value.en} set={(en) => set({ ...value, en })} />
  </>
);

interface RowsProps<T> {
  title: string;
  name: string;
  rows: readonly T[];
  fresh: () => T;
  set: (rows: T[]) => void;
  children: (row: T, put: (row: T) => void, index: number) => ComponentChildren;
}

/** A list whose rows are added and taken away. */
export function Rows<T>({ title, name, rows, fresh, set, children }: RowsProps<T>) {
  return (
    <fieldset class={`rows rows-${name}`}>
      <legend>{title}</legend>
      {rows.map((row, i) => (
        <div key={i} class="row" data-row={`${name} ${i}`}>
          {children(row, (next) => set(rows.map((one, n) => (n === i ? next : one))), i)}
          <button class="small" data-act={`remove-${name}`} aria-label={t("ru.remove", { what: `${title} ${i + 1}` })} title={t("ru.removeRow")} onClick={() => set(rows.filter((_, n) => n !== i))}>
            ✕
          </button>
        </div>
      ))}
      <button class="small" data-act={`add-${name}`} onClick={() => set([...rows, fresh()])}>
        + {t("ru.addRow")}
      </button>
    </fieldset>
  );
}

export const nameOptions = <T extends { name: Name }>(entries: readonly T[], id: (entry: T) => string): [string, string][] => entries.map((one) => [id(one), named(one.name, id(one))]);
