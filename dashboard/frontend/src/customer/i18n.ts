// Language of the customer's page: small, without signals.

export type Lang = "zh" | "en";

export interface Name {
  zh: string;
  en: string;
}

const STORED = "nearhand.lang";

function first(): Lang {
  const asked = /[?&]lang=(zh|en)/.exec(location.search)?.[1] ?? read(STORED);
  if (asked === "zh" || asked === "en") return asked;
  return /^zh/i.test(navigator.language) ? "zh" : "en";
}

/** Browsers without storage (private mode, some web views) only forget. */
export function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) ?? localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // See read().
  }
}

export let lang: Lang = first();

export function setLang(next: Lang): void {
  lang = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  write(STORED, next);
}

export const named = (name: Name | null | undefined): string => (name ? name[lang] || name.zh || name.en : "");
