// Tags in bulk: paste, read a table, or scan one after the other; see every line before anything is enrolled.

import { signal } from "@preact/signals";
import { HttpError, command, newKey } from "../shared/http";
import { reasonText } from "../shared/reasons";
import { ask } from "../shared/ask";
import type { TagLine } from "./api";
import * as state from "./state";
import { coded, t } from "./texts";

const text = signal("");
const kind = signal<"asset" | "loan">("asset");
const subject = signal("tag-{n}");
const lines = signal<TagLine[] | null>(null);
const busy = signal(false);
const sought = signal("");
const marked = signal<ReadonlySet<string>>(new Set());
/** Devices in one command. */
const CHUNK = 500;
const SHOWN = 300;

let wanted = 0;

/** Asks what the lines mean; the newest answer counts. */
async function preview(): Promise<void> {
  const mine = ++wanted;
  if (!text.peek().trim()) {
    lines.value = null;
    return;
  }
  try {
    const answer = await ask<{ lines: TagLine[] }>("POST", "/api/devices/preview", { text: text.peek(), kind: kind.peek(), subject: subject.peek() });
    if (mine === wanted) lines.value = answer.lines;
  } catch (error) {
    state.said.value = { tone: "bad", text: t("tags.failed", { why: error instanceof HttpError ? error.detail : "" }) };
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
function soon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void preview(), 300);
}

async function sendAll(bodies: Record<string, unknown>[], done: string): Promise<boolean> {
  busy.value = true;
  try {
    for (const body of bodies) {
      const answer = await command<{ accepted: boolean; reason: string }>("/api/commands", body, newKey());
      if (!answer.accepted) throw new HttpError(409, answer.reason, reasonText(answer.reason));
    }
    state.said.value = { tone: "good", text: done };
    return true;
  } catch (error) {
    state.said.value = { tone: "bad", text: t("tags.failed", { why: error instanceof HttpError ? error.detail : "" }) };
    return false;
  } finally {
    busy.value = false;
  }
}

const chunks = <T,>(all: T[]): T[][] => Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));

async function enrol(): Promise<void> {
  const good = (lines.peek() ?? []).filter((one) => !one.problem);
  const devices = good.map(({ device_id, kind: its, subject: whose, device_class }) => ({ device_id, kind: its, subject: whose, device_class }));
  if (await sendAll(chunks(devices).map((some) => ({ type: "EnrolDevices", devices: some })), t("tags.done", { n: devices.length }))) {
    const bad = new Set((lines.peek() ?? []).filter((one) => one.problem).map((one) => one.line));
    // What could not be enrolled stays to be mended.
    text.value = text.peek().split(/\r?\n/).filter((_, i) => bad.has(i + 1)).join("\n");
    await preview();
  }
}

async function release(): Promise<void> {
  const ids = [...marked.peek()];
  if (await sendAll(chunks(ids).map((some) => ({ type: "ReleaseDevices", device_ids: some })), t("tags.released", { n: ids.length }))) marked.value = new Set();
}

export function Tags() {
  const good = lines.value?.filter((one) => !one.problem).length ?? 0;
  const bad = (lines.value?.length ?? 0) - good;
  return (
    <section class="panel-body">
      <h2>{t("tab.tags")}</h2>
      <p class="muted">{t("tags.hint")}</p>
      <label>
        {t("tags.text")}
        <textarea data-field="tags" rows={6} spellcheck={false} value={text.value} onInput={(event) => {
          text.value = event.currentTarget.value;
          soon();
        }} />
      </label>
      <div class="pair">
        <label>
          {t("tags.file")}
          <input type="file" accept=".csv,.txt,.tsv" onChange={async (event) => {
            const file = event.currentTarget.files?.[0];
            if (!file) return;
            text.value = await file.text();
            void preview();
          }} />
        </label>
        <label>
          {t("tags.kind")}
          <select value={kind.value} onChange={(event) => {
            kind.value = event.currentTarget.value as "asset" | "loan";
            void preview();
          }}>
            <option value="asset">{t("tags.kind.asset")}</option>
            <option value="loan">{t("tags.kind.loan")}</option>
          </select>
        </label>
        <label>
          {t("tags.subject")}
          <input data-field="subject" value={subject.value} onInput={(event) => {
            subject.value = event.currentTarget.value;
            soon();
          }} />
        </label>
      </div>
      {lines.value && (
        <>
          <p role="status" data-good={good} data-bad={bad}>
            {t("tags.count", { good, bad })}
          </p>
          <button class="primary" data-act="enrol" disabled={!good || busy.value} onClick={() => void enrol()}>
            {t("tags.enrol", { n: good })}
          </button>
          <Preview lines={lines.value} />
        </>
      )}
      <Enrolled />
    </section>
  );
}

function Preview({ lines: all }: { lines: TagLine[] }) {
  const sorted = [...all].sort((a, b) => Number(!a.problem) - Number(!b.problem) || a.line - b.line);
  return (
    <table class="tags">
      <thead>
        <tr>
          <th scope="col">{t("tags.line")}</th>
          <th scope="col">{t("tags.device")}</th>
          <th scope="col">{t("tags.subject")}</th>
          <th scope="col">{t("tags.verdict")}</th>
        </tr>
      </thead>
      <tbody>
        {sorted.slice(0, SHOWN).map((one) => (
          <tr key={one.line} class={one.problem ? "bad" : ""} data-line={one.line}>
            <td>{one.line}</td>
            <td>
              <code>{one.device_id}</code>
            </td>
            <td>{one.subject}</td>
            <td>{one.problem ? <span class="warn">{t(`tags.problem.${one.problem}` as "tags.problem.twice", { other: one.other })}</span> : "✓"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Enrolled() {
  const rows = [...state.devices.value.values()]
    .filter((row) => row.kind !== "app" && `${row.device_id} ${row.subject}`.toLowerCase().includes(sought.value.toLowerCase()))
    .sort((a, b) => (a.subject < b.subject ? -1 : 1));
  return (
    <>
      <h3>
        {t("tags.enrolled")} <span class="muted">{rows.length}</span>
      </h3>
      <div class="bar">
        <input aria-label={t("tags.find")} placeholder={t("tags.find")} value={sought.value} onInput={(event) => (sought.value = event.currentTarget.value)} />
        <button data-act="release" disabled={!marked.value.size || busy.value} onClick={() => void release()}>
          {t("tags.release", { n: marked.value.size })}
        </button>
      </div>
      <ul class="devices">
        {rows.slice(0, SHOWN).map((row) => (
          <li key={row.device_id}>
            <label class="yes-no">
              <input type="checkbox" data-device={row.device_id} disabled={row.kind === "staff"} checked={marked.value.has(row.device_id)} onChange={() => {
                const next = new Set(marked.value);
                if (!next.delete(row.device_id)) next.add(row.device_id);
                marked.value = next;
              }} />{" "}
              {row.subject} <code>{row.device_id}</code> <span class="muted">{coded("tags.kind", row.kind)}{row.battery_percent !== null && ` · ${row.battery_percent} %`}</span>
            </label>
          </li>
        ))}
      </ul>
    </>
  );
}
