// From the draft to what everybody uses: check, read what differs, publish, and go back.

import { signal } from "@preact/signals";
import { clockTime } from "../shared/i18n";
import { HttpError } from "../shared/http";
import { LONG_MS, ask, type Change, type Finding, type Version } from "./api";
import { Findings } from "./findings";
import * as state from "./state";
import { t } from "./texts";

interface Checked {
  findings: Finding[];
  changes: Change[];
}

interface Outcome {
  revision: number;
  findings: Finding[];
}

const checked = signal<Checked | null>(null);
/** The draft's version that was checked. */
const checkedVersion = signal(-1);
const busy = signal<"" | "check" | "publish" | "restart">("");
const versions = signal<Version[]>([]);
const note = signal("");
const sure = signal<number | null>(null);

export async function loadVersions(): Promise<void> {
  versions.value = (await ask<{ versions: Version[] }>("GET", "/api/workshop/versions")).versions;
}

async function check(): Promise<void> {
  busy.value = "check";
  try {
    await state.saved();
    const version = state.draft.peek()?.version ?? 0;
    checked.value = await ask<Checked>("POST", "/api/workshop/check", undefined, LONG_MS);
    checkedVersion.value = version;
  } catch (error) {
    failed(error);
  }
  busy.value = "";
}

function failed(error: unknown): void {
  const code = error instanceof HttpError ? error.code : "no_connection";
  state.said.value = { tone: "bad", text: code === "draft_moved" ? t("save.moved") : t("publish.failed", { why: error instanceof HttpError ? error.detail : "" }) };
}

async function publish(): Promise<void> {
  busy.value = "publish";
  try {
    await state.saved();
    const body = { version: state.draft.peek()?.version ?? 0, note: note.peek() };
    await published(await ask<Outcome>("POST", "/api/workshop/publish", body, LONG_MS));
  } catch (error) {
    failed(error);
    busy.value = "";
  }
}

async function restore(revision: number): Promise<void> {
  sure.value = null;
  busy.value = "publish";
  try {
    await published(await ask<Outcome>("POST", `/api/workshop/versions/${revision}/restore`, {}, LONG_MS));
  } catch (error) {
    failed(error);
    busy.value = "";
  }
}

const RESTART_MS = 60_000;

/** Waits until the services say that they run on the new revision. */
async function published(outcome: Outcome): Promise<void> {
  checked.value = { findings: outcome.findings, changes: checked.peek()?.changes ?? [] };
  if (!outcome.revision) {
    busy.value = "";
    state.said.value = { tone: "bad", text: t("publish.refused") };
    return;
  }
  busy.value = "restart";
  const began = performance.now();
  while (state.liveRevision.peek() !== outcome.revision && performance.now() - began < RESTART_MS) await new Promise((resolve) => setTimeout(resolve, 200));
  const arrived = state.liveRevision.peek() === outcome.revision;
  checked.value = null;
  note.value = "";
  await state.load().catch(() => undefined);
  await loadVersions().catch(() => undefined);
  busy.value = "";
  state.said.value = arrived
    ? { tone: "good", text: t("publish.done", { n: outcome.revision, s: ((performance.now() - began) / 1e3).toFixed(0) }) }
    : { tone: "bad", text: t("publish.slow", { n: outcome.revision }) };
}

async function discard(): Promise<void> {
  try {
    await ask("DELETE", `/api/workshop/draft?version=${state.draft.peek()?.version ?? 0}`);
    checked.value = null;
    await state.load();
  } catch (error) {
    failed(error);
  }
}

export function Publish() {
  const draft = state.draft.value;
  const fresh = checked.value !== null && checkedVersion.value === draft?.version && state.saving.value === "saved";
  const wrong = checked.value?.findings.some((one) => one.severity === "error") ?? false;
  const nothing = fresh && checked.value?.changes.length === 0;
  return (
    <section class="panel-body">
      <h2>{t("publish.title")}</h2>
      <p>
        {t("publish.base", { n: draft?.base ?? 0 })}{" "}
        {draft && draft.version > 0 ? <span class="muted">{t("publish.changedBy", { by: draft.by, time: clockTime(draft.at / 1e3, false, state.site.value?.timezone) })}</span> : <span class="muted">{t("publish.untouched")}</span>}
      </p>
      {draft && state.liveRevision.value > 0 && draft.base !== state.liveRevision.value && <p class="warn">{t("publish.stale", { n: state.liveRevision.value })}</p>}
      <div class="buttons">
        <button data-act="check" disabled={busy.value !== ""} onClick={() => void check()}>
          {t("publish.check")}
        </button>
        <button data-act="discard" disabled={busy.value !== "" || !draft?.version} onClick={() => void discard()}>
          {t("publish.discard")}
        </button>
      </div>
      {busy.value && (
        <p class="busy" role="status">
          {t(`publish.busy.${busy.value}`)}
        </p>
      )}
      {fresh && checked.value && (
        <>
          <p class={wrong ? "alarm-text" : ""} data-verdict={wrong ? "wrong" : "right"}>
            {t(wrong ? "publish.wrong" : nothing ? "publish.nothing" : "publish.right")}
          </p>
          <Findings findings={checked.value.findings} />
          <Changes changes={checked.value.changes} />
          <label>
            {t("publish.note")}
            <input data-field="note" maxLength={200} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
          </label>
          <p class="muted">{t("publish.restart")}</p>
          <button class="primary" data-act="publish" disabled={wrong || nothing || busy.value !== ""} onClick={() => void publish()}>
            {t("publish.do")}
          </button>
        </>
      )}
      {checked.value && !fresh && <p class="muted">{t("publish.again")}</p>}
      <Versions />
    </section>
  );
}

function Changes({ changes }: { changes: Change[] }) {
  return (
    <>
      <h3>
        {t("diff.title")} <span class="muted">{changes.length}</span>
      </h3>
      <ul class="diff">
        {changes.map((one) => (
          <li key={`${one.table} ${one.id}`} class={one.action} data-change={`${one.table} ${one.id}`}>
            <span class="sign" aria-hidden="true">
              {{ added: "+", removed: "−", changed: "~" }[one.action]}
            </span>{" "}
            {t(`diff.${one.action}`)} <code>{one.table}</code> <strong>{one.id}</strong>
            {one.table === "spots" && one.action === "removed" && <span class="warn"> {t("diff.qr")}</span>}
            {one.fields.map((field) => (
              <div key={field.field} class="field-change">
                {field.field}: <del>{field.before}</del> <ins>{field.after}</ins>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Versions() {
  const zone = state.site.value?.timezone;
  return (
    <>
      <h3>{t("versions.title")}</h3>
      {versions.value.length === 0 && <p class="muted">{t("versions.none")}</p>}
      <ul class="versions">
        {versions.value.map((one) => (
          <li key={one.revision} data-revision={one.revision} aria-current={one.current ? "true" : undefined}>
            <strong>{one.revision}</strong> {new Date(one.at / 1e3).toLocaleDateString(undefined, zone ? { timeZone: zone } : {})} {clockTime(one.at / 1e3, false, zone)} <span class="muted">{one.by}</span> {one.note}{" "}
            <span class="muted">{one.changes > 0 && t("versions.changes", { n: one.changes })}</span>
            {one.current ? (
              <span class="chip">{t("versions.current")}</span>
            ) : sure.value === one.revision ? (
              <>
                <button class="small danger" data-act="sure" disabled={busy.value !== ""} onClick={() => void restore(one.revision)}>
                  {t("versions.sure", { n: one.revision })}
                </button>
                <button class="small" onClick={() => (sure.value = null)}>
                  {t("versions.no")}
                </button>
              </>
            ) : (
              <button class="small" data-act="restore" disabled={busy.value !== ""} onClick={() => (sure.value = one.revision)}>
                {t("versions.restore")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
