// The draft of the rules: services with targets and ladders, items, roles. Each change is a new value.

import { signal } from "@preact/signals";
import { Drafting, type About, type Finding } from "../../shared/draft/drafting";
import { entryOf } from "../../shared/draft/findings";
import { Publisher } from "../../shared/draft/publish";
import type { ServiceJson, SiteJson } from "../../shared/site";
import { liveRevision, loadSite, site } from "../state";

export type Item = SiteJson["items"][number];
export type Role = SiteJson["roles"][number];

export interface Rules {
  services: ServiceJson[];
  items: Item[];
  roles: Role[];
}

export type Table = keyof Rules;
export type Entry = Rules[Table][number];
export const ID = { services: "service", items: "item", roles: "role" } as const;

export interface Chosen {
  table: Table;
  id: string;
}

interface RulesShown {
  draft: About & { rules: Rules };
  findings: Finding[];
}

export const draft = new Drafting<Rules, RulesShown>(
  "/api/rules",
  (shown) => shown.draft.rules,
  (rules) => ({ rules }),
);
export const chosen = signal<Chosen | null>(null);
export const said = signal<{ tone: "good" | "bad"; text: string } | null>(null);
export const publisher = new Publisher(
  draft,
  liveRevision,
  async () => {
    await draft.load();
    await loadSite();
  },
  (tone, text) => (said.value = { tone, text }),
  true,
);

export const idOf = (table: Table, entry: Entry): string => (entry as unknown as Record<string, string>)[ID[table]] as string;

export function find<T extends Table>(table: T, id: string): Rules[T][number] | undefined {
  return (draft.content.value?.[table] as Entry[] | undefined)?.find((entry) => idOf(table, entry) === id) as Rules[T][number] | undefined;
}

/** The entry changed, or gone (null); a new id keeps it chosen. */
export function put({ table, id }: Chosen, entry: Entry | null, key = ""): void {
  const now = draft.content.peek();
  if (!now) return;
  const entries = (now[table] as Entry[]).flatMap((one) => (idOf(table, one) === id ? (entry ? [entry] : []) : [one]));
  draft.change({ ...now, [table]: entries }, key && `${table} ${id} ${key}`);
  chosen.value = entry && { table, id: idOf(table, entry) };
}

function unused(table: Table, stem: string): string {
  const taken = new Set((draft.content.peek()?.[table] as Entry[]).map((entry) => idOf(table, entry)));
  for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}

const MADE: { [T in Table]: (id: string, rules: Rules) => Rules[T][number] } = {
  services: (id, rules) => ({
    service: id,
    name: { zh: "", en: "" },
    priority: 3,
    icon: "lost_property",
    customer: true,
    offer_timeout_s: 25,
    needs: [{ role: rules.roles[0]?.role ?? "", target_s: 300, item: null, skills: [], on_scene_s: 120, promises: [] }],
    checklist: [],
    ladder: [
      { after_share: 0.3, to: "zone_lead" },
      { after_share: 0.6, to: "control_room" },
      { after_share: 1, to: "duty_manager" },
    ],
  }),
  items: (id) => ({ item: id, name: { zh: "", en: "" }, wheels: false, loan_s: 4 * 3600, spares: 0 }),
  roles: (id) => ({ role: id, name: { zh: "", en: "" }, shape: "circle" }),
};

/** One more, to be filled in. */
export function add(table: Table): void {
  const now = draft.content.peek();
  if (!now) return;
  const id = unused(table, ID[table]);
  draft.change({ ...now, [table]: [...now[table], MADE[table](id, now)] });
  chosen.value = { table, id };
}

/** Ids of what is in use stand in the journal and in other tables: only what is new may be called otherwise. */
export const mayRename = ({ table, id }: Chosen): boolean => !(site.value?.[table] as Entry[] | undefined)?.some((entry) => idOf(table, entry) === id);

/** The entry a finding speaks of. */
export function wayTo(finding: Finding): (() => void) | null {
  const entry = entryOf(finding);
  if (!entry || !(entry.table in ID)) return null;
  return () => (chosen.value = entry as Chosen);
}
