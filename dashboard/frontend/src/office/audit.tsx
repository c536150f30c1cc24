// Who did what, when and why: commands from the journal, and who looked at whom; newest first.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/http";
import { named } from "../shared/i18n";
import { reasonsText } from "../shared/reasons";
import { DEEDS, deedWord } from "./deeds";
import { localTime, site } from "./state";
import { Table } from "./table";
import { t } from "./texts";

interface Entry {
  at: number;
  who: string;
  what: string;
  whom: string;
  detail: string;
}

interface Page {
  entries: Entry[];
  more_before: number | null;
}

const PAGE = 100;
const DAYS = [1, 7, 31, 180] as const;
const DAY_US = 86_400_000_000;
/** Words that are typed are asked for after so long a pause. */
const PAUSE_MS = 300;

const entries = signal<Entry[]>([]);
const moreBefore = signal<number | null>(null);
const days = signal<number>(7);
const find = signal("");
const what = signal("");
const failed = signal(false);
/** By the server's clock. */
const now = signal(0);
let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

function query(): string {
  const words = [find.value, what.value].filter(Boolean).join(" ");
  return new URLSearchParams({ since: String(Math.max(0, now.value - days.value * DAY_US)), find: words }).toString();
}

async function load(until: number | null): Promise<void> {
  const mine = ++asked;
  try {
    if (until === null) now.value = (await get<{ until: number }>("/api/replay")).until;
    const page = await get<Page>(`/api/audit?${query()}&limit=${PAGE}${until === null ? "" : `&until=${until}`}`);
    if (mine !== asked) return; // something else was asked for since
    entries.value = until === null ? page.entries : [...entries.value, ...page.entries];
    moreBefore.value = page.more_before;
    failed.value = false;
  } catch {
    if (mine === asked) failed.value = true;
  }
}

function soon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void load(null), PAUSE_MS);
}

/** Parts of a detail that are codes, in words. */
const detailText = (detail: string): string => detail.split(" · ").map(reasonsText).join(" · ");

/** People of the staff by name, all others as they log in. */
function whoText(who: string): string {
  const unit = who.startsWith("unit/") ? who.slice(5) : "";
  const member = site.value?.staff.find((one) => one.unit_id === unit);
  return member ? `${named(member.name)} ${unit}` : who;
}

export function Audit() {
  useEffect(() => void load(null), []);
  return (
    <section>
      <Filter />
      {failed.value && <p class="warn" role="alert">{t("failed")}</p>}
      {!failed.value && entries.value.length === 0 && <p class="muted">{t("au.none")}</p>}
      <Table heads={[t("au.at"), t("au.who"), t("au.what"), t("au.whom"), t("au.detail")]}>
        {entries.value.map((entry, i) => (
          <tr key={i} data-what={entry.what}>
            <td class="when">{localTime(entry.at)}</td>
            <td>{whoText(entry.who)}</td>
            <td>{deedWord(entry.what)}</td>
            <td>{entry.whom}</td>
            <td>{detailText(entry.detail)}</td>
          </tr>
        ))}
      </Table>
      {moreBefore.value !== null && (
        <button data-act="older" onClick={() => void load(moreBefore.value)}>
          {t("au.more")}
        </button>
      )}
    </section>
  );
}

function Filter() {
  return (
    <form
      class="new"
      onSubmit={(event) => {
        event.preventDefault();
        void load(null);
      }}
    >
      <div class="segments" role="group" aria-label={t("au.at")}>
        {DAYS.map((n) => (
          <button
            key={n}
            type="button"
            aria-pressed={days.value === n}
            onClick={() => {
              days.value = n;
              void load(null);
            }}
          >
            {n === 1 ? t("fig.hours", { n: 24 }) : t("fig.days", { n })}
          </button>
        ))}
      </div>
      <label>
        {t("au.what")}
        <select
          name="what"
          value={what.value}
          onChange={(event) => {
            what.value = event.currentTarget.value;
            void load(null);
          }}
        >
          <option value="">{t("au.all")}</option>
          {DEEDS.map((one) => (
            <option key={one} value={one}>
              {deedWord(one)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("au.find")}
        <input
          name="find"
          type="search"
          maxLength={60}
          value={find.value}
          onInput={(event) => {
            find.value = event.currentTarget.value;
            soon();
          }}
        />
      </label>
      <a class="button" data-act="export" href={`/api/audit.csv?${query()}`} download>
        {t("au.export")}
      </a>
    </form>
  );
}
