// What the sections of the office share.

import { signal } from "@preact/signals";
import { named } from "../shared/i18n";
import type { SiteJson } from "../shared/site";

export const site = signal<SiteJson | null>(null);

export const serviceName = (id: string): string => named(site.value?.services.find((one) => one.service === id)?.name, id);
export const roleName = (id: string): string => named(site.value?.roles.find((one) => one.role === id)?.name, id);

/** A moment in the mall's own time. */
export function localTime(at: number): string {
  const zone = site.value?.timezone;
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", ...(zone ? { timeZone: zone } : {}) }).format(at / 1e3);
}
