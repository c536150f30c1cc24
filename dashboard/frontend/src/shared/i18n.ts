// Two languages, switched without a reload. Each page brings its own dictionaries; names of things come
// from the server in both languages.

import { computed, signal } from "@preact/signals";

export type Lang = "zh" | "en";

export interface Name {
  zh: string;
  en: string;
}

const STORED = "nearhand.lang";

function initial(): Lang {
  const asked = new URLSearchParams(location.search).get("lang") ?? stored();
  if (asked === "zh" || asked === "en") return asked;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export const lang = signal<Lang>(initial());

export function setLang(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // A browser that keeps nothing still shows the language until it is closed.
  }
}

/** The name in the language shown; the other one where it is missing. */
export function named(name: Name | null | undefined, otherwise = ""): string {
  if (!name) return otherwise;
  return (lang.value === "zh" ? name.zh || name.en : name.en || name.zh) || otherwise;
}

/** Equal things counted: "Power bank × 2, Umbrella × 1". */
export const counted = (things: readonly string[], name: (thing: string) => string): string =>
  [...new Set(things)].map((thing) => `${name(thing)} × ${things.filter((one) => one === thing).length}`).join(", ");

type Values = Record<string, string | number>;

/** A translator over two dictionaries with the same keys; `{name}` in a text is filled from `values`. */
export function translator<K extends string>(zh: Record<K, string>, en: Record<K, string>) {
  return function translate(key: K, values?: Values): string {
    const text = (lang.value === "zh" ? zh : en)[key] ?? key;
    return values ? text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? "")) : text;
  };
}

const locale = computed(() => (lang.value === "zh" ? "zh-CN" : "en-GB"));

/** 14:02 or 14:02:31 in the mall's time zone. */
export function clockTime(ms: number, seconds = false, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale.value, {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" as const } : {}),
    hour12: false,
    ...(timeZone ? { timeZone } : {}),
  }).format(ms);
}

/** 4:05, 0:09, -1:20 for a number of seconds; hours only where there are any. */
export function minutesSeconds(seconds: number): string {
  const whole = Math.abs(Math.trunc(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = String(whole % 60).padStart(2, "0");
  return `${seconds < 0 && whole > 0 ? "-" : ""}${h ? `${h}:${String(m).padStart(2, "0")}` : m}:${s}`;
}
