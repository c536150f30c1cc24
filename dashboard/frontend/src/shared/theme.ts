// Dark first; light by a button. The choice stays in this browser.

import { signal } from "@preact/signals";

const STORED = "nearhand.theme";

function initial(): "dark" | "light" {
  try {
    return localStorage.getItem(STORED) === "light" ? "light" : "dark";
  } catch {
    return "dark";
  }
}

export const theme = signal<"dark" | "light">(initial());

export function setTheme(next: "dark" | "light"): void {
  theme.value = next;
  document.documentElement.dataset["theme"] = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Then it is for this visit only.
  }
}
