// Who looked at whom, and who did what outside the journal; newest first.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get } from "../shared/http";
import { localTime } from "./state";
import { t } from "./texts";

interface Entry {
  id: number;
  at: number;
  who: string;
  what: string;
  whom: string;
  detail: string;
}

const PAGE = 100;
const entries = signal<Entry[]>([]);
const over = signal(false);

async function load(more: boolean): Promise<void> {
  const last = more ? entries.value[entries.value.length - 1] : undefined;
  const found = await get<{ entries: Entry[] }>(`/api/audit?limit=${PAGE}${last ? `&before=${last.id}` : ""}`).catch(() => ({ entries: [] }));
  over.value = found.entries.length < PAGE;
  entries.value = more ? [...entries.value, ...found.entries] : found.entries;
}

export function Audit() {
  useEffect(() => void load(false), []);
  return (
    <section>
      {entries.value.length === 0 && <p class="muted">{t("au.none")}</p>}
      <table>
        <thead>
          <tr>
            {[t("au.at"), t("au.who"), t("au.what"), t("au.whom"), t("au.detail")].map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.value.map((entry) => (
            <tr key={entry.id}>
              <td>{localTime(entry.at)}</td>
              <td>{entry.who}</td>
              <td>{entry.what.replaceAll("_", " ")}</td>
              <td>{entry.whom}</td>
              <td>{entry.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!over.value && <button onClick={() => void load(true)}>{t("au.more")}</button>}
    </section>
  );
}
