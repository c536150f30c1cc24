// What the sections of the office share.

import { signal } from "@preact/signals";
import { get } from "../shared/http";
import { named } from "../shared/i18n";
import { me } from "../shared/login";
import type { SiteJson } from "../shared/site";
import { Stream, type TextMessage } from "../shared/stream";

export const site = signal<SiteJson | null>(null);
/** Revision of the site that the services run on. */
export const liveRevision = signal(0);

export const serviceName = (id: string): string => named(site.value?.services.find((one) => one.service === id)?.name, id);
export const roleName = (id: string): string => named(site.value?.roles.find((one) => one.role === id)?.name, id);

export async function loadSite(): Promise<void> {
  site.value = await get<SiteJson>("/api/site");
}

const hearers = new Map<string, (message: TextMessage) => void>();

export const stream = new Stream("/ws", {
  text: (message) => {
    if (message.t === "welcome") {
      liveRevision.value = Number(message["rev"]);
      if (site.peek() && site.peek()?.rev !== liveRevision.peek()) void loadSite().catch(() => undefined);
    } else hearers.get(message.topic ?? "")?.(message);
  },
  loggedOut: () => (me.value = false),
  failed: () => undefined,
});

/** What is said on one topic goes to one section. */
export function hear(topic: string, hearer: (message: TextMessage) => void): void {
  hearers.set(topic, hearer);
  stream.subscribe([topic]);
}

/** A moment in the mall's own time. */
export function localTime(at: number): string {
  const zone = site.value?.timezone;
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", ...(zone ? { timeZone: zone } : {}) }).format(at / 1e3);
}
