// From a draft to what everybody uses: check, read what differs, publish, and go back.

import { signal, type ReadonlySignal } from "@preact/signals";
import { LONG_MS, ask } from "../ask";
import { HttpError } from "../http";
import { clockTime } from "../i18n";
import type { Drafting, Finding, Shown } from "./drafting";
import { Findings } from "./findings";
import { fieldName, t, tableName } from "./texts";

interface Change {
  table: string;
  id: string;
  action: "added" | "removed" | "changed";
  fields: { field: string; before: string; after: string }[];
}

interface Version {
  revision: number;
  at: number;
  by: string;
  note: string;
  changes: number;
  current: boolean;
}

interface Checked {
  findings: Finding[];
  changes: Change[];
}

interface Outcome {
  revision: number;
  findings: Finding[];
}

const RESTART_MS = 60_000;

/** Check, publish and restore of one page. */
export class Publisher<C, S extends Shown> {
  readonly checked = signal<Checked | null>(null);
  /** The draft's version that was checked. */
  readonly checkedVersion = signal(-1);
  readonly busy = signal<"" | "check" | "publish" | "restart">("");
  readonly versions = signal<Version[]>([]);
  readonly note = signal("");
  readonly sure = signal<number | null>(null);

  constructor(
    readonly draft: Drafting<C, S>,
    /** Revision of the site that the services run on. */
    readonly live: ReadonlySignal<number>,
    private readonly reload: () => Promise<void>,
    private readonly say: (tone: "good" | "bad", text: string) => void,
    /** Nothing is published without saying why. */
    readonly whyNeeded = false,
  ) {}

  async loadVersions(): Promise<void> {
    this.versions.value = (await ask<{ versions: Version[] }>("GET", "/api/workshop/versions")).versions;
  }

  async check(): Promise<void> {
    this.busy.value = "check";
    try {
      await this.draft.saved();
      const version = this.draft.about.peek()?.version ?? 0;
      this.checked.value = await ask<Checked>("POST", `${this.draft.path}/check`, undefined, LONG_MS);
      this.checkedVersion.value = version;
    } catch (error) {
      this.failed(error);
    }
    this.busy.value = "";
  }

  private failed(error: unknown): void {
    const code = error instanceof HttpError ? error.code : "no_connection";
    this.say("bad", code === "draft_moved" ? t("save.moved") : t("publish.failed", { why: error instanceof HttpError ? error.detail : "" }));
  }

  async publish(): Promise<void> {
    if (this.whyNeeded && !this.note.peek().trim()) return this.say("bad", t("publish.whyMissing"));
    this.busy.value = "publish";
    try {
      await this.draft.saved();
      const body = { version: this.draft.about.peek()?.version ?? 0, note: this.note.peek() };
      await this.published(await ask<Outcome>("POST", `${this.draft.path}/publish`, body, LONG_MS));
    } catch (error) {
      this.failed(error);
      this.busy.value = "";
    }
  }

  async restore(revision: number): Promise<void> {
    this.sure.value = null;
    this.busy.value = "publish";
    try {
      await this.published(await ask<Outcome>("POST", `/api/workshop/versions/${revision}/restore`, {}, LONG_MS));
    } catch (error) {
      this.failed(error);
      this.busy.value = "";
    }
  }

  /** Waits until the services say that they run on the new revision. */
  private async published(outcome: Outcome): Promise<void> {
    this.checked.value = { findings: outcome.findings, changes: this.checked.peek()?.changes ?? [] };
    if (!outcome.revision) {
      this.busy.value = "";
      return this.say("bad", t("publish.refused"));
    }
    this.busy.value = "restart";
    const began = performance.now();
    while (this.live.peek() !== outcome.revision && performance.now() - began < RESTART_MS) await new Promise((resolve) => setTimeout(resolve, 200));
    const arrived = this.live.peek() === outcome.revision;
    this.checked.value = null;
    this.note.value = "";
    await this.reload().catch(() => undefined);
    await this.loadVersions().catch(() => undefined);
    this.busy.value = "";
    const seconds = ((performance.now() - began) / 1e3).toFixed(0);
    this.say(arrived ? "good" : "bad", t(arrived ? "publish.done" : "publish.slow", { n: outcome.revision, s: seconds }));
  }

  async discard(): Promise<void> {
    try {
      await ask("DELETE", `${this.draft.path}/draft?version=${this.draft.about.peek()?.version ?? 0}`);
      this.checked.value = null;
      await this.draft.load();
    } catch (error) {
      this.failed(error);
    }
  }
}

interface Props<C, S extends Shown> {
  of: Publisher<C, S>;
  way: (finding: Finding) => (() => void) | null;
  timeZone: string | undefined;
}

export function Publish<C, S extends Shown>({ of, way, timeZone }: Props<C, S>) {
  const about = of.draft.about.value;
  const live = of.live.value;
  const checked = of.checked.value;
  const fresh = checked !== null && of.checkedVersion.value === about?.version && of.draft.saving.value === "saved";
  return (
    <>
      <h2>{t("publish.title")}</h2>
      <p>
        {t("publish.base", { n: about?.base ?? 0 })}{" "}
        <span class="muted">{about && about.version > 0 ? t("publish.changedBy", { by: about.by, time: clockTime(about.at / 1e3, false, timeZone) }) : t("publish.untouched")}</span>
      </p>
      {about && live > 0 && about.base !== live && <p class="warn">{t("publish.stale", { n: live })}</p>}
      <div class="buttons">
        <button data-act="check" disabled={of.busy.value !== ""} onClick={() => void of.check()}>
          {t("publish.check")}
        </button>
        <button data-act="discard" disabled={of.busy.value !== "" || !about?.version} onClick={() => void of.discard()}>
          {t("publish.discard")}
        </button>
      </div>
      {of.busy.value && (
        <p class="busy" role="status">
          {t(`publish.busy.${of.busy.value}`)}
        </p>
      )}
      {fresh && <Verdict of={of} checked={checked} way={way} />}
      {checked && !fresh && <p class="muted">{t("publish.again")}</p>}
      <Versions of={of} timeZone={timeZone} />
    </>
  );
}

function Verdict<C, S extends Shown>({ of, checked, way }: Omit<Props<C, S>, "timeZone"> & { checked: Checked }) {
  const wrong = checked.findings.some((one) => one.severity === "error");
  const nothing = checked.changes.length === 0;
  return (
    <>
      <p class={wrong ? "alarm-text" : ""} data-verdict={wrong ? "wrong" : "right"}>
        {t(wrong ? "publish.wrong" : nothing ? "publish.nothing" : "publish.right")}
      </p>
      <Findings findings={checked.findings} way={way} />
      <Changes changes={checked.changes} />
      <label class="why">
        {t(of.whyNeeded ? "publish.why" : "publish.note")}
        <input data-field="note" maxLength={200} required={of.whyNeeded} value={of.note.value} onInput={(event) => (of.note.value = event.currentTarget.value)} />
      </label>
      <p class="muted">{t("publish.restart")}</p>
      <button class="primary" data-act="publish" disabled={wrong || nothing || of.busy.value !== ""} onClick={() => void of.publish()}>
        {t("publish.do")}
      </button>
    </>
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
            {t(`diff.${one.action}`)} {tableName(one.table)} <strong>{one.id}</strong>
            {one.table === "spots" && one.action === "removed" && <span class="warn"> {t("diff.qr")}</span>}
            {one.fields.map((field) => (
              <div key={field.field} class="field-change">
                {fieldName(field.field)}: {field.before && <del>{field.before}</del>} <ins>{field.after || "–"}</ins>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Versions<C, S extends Shown>({ of, timeZone }: Omit<Props<C, S>, "way">) {
  return (
    <>
      <h3>{t("versions.title")}</h3>
      {of.versions.value.length === 0 && <p class="muted">{t("versions.none")}</p>}
      <ul class="versions">
        {of.versions.value.map((one) => (
          <li key={one.revision} data-revision={one.revision} aria-current={one.current ? "true" : undefined}>
            <strong>{one.revision}</strong> {new Date(one.at / 1e3).toLocaleDateString(undefined, timeZone ? { timeZone } : {})} {clockTime(one.at / 1e3, false, timeZone)}{" "}
            <span class="muted">{one.by}</span> {one.note} <span class="muted">{one.changes > 0 && t("versions.changes", { n: one.changes })}</span>
            {one.current ? (
              <span class="chip">{t("versions.current")}</span>
            ) : of.sure.value === one.revision ? (
              <>
                <button class="small danger" data-act="sure" disabled={of.busy.value !== ""} onClick={() => void of.restore(one.revision)}>
                  {t("versions.sure", { n: one.revision })}
                </button>
                <button class="small" onClick={() => (of.sure.value = null)}>
                  {t("versions.no")}
                </button>
              </>
            ) : (
              <button class="small" data-act="restore" disabled={of.busy.value !== ""} onClick={() => (of.sure.value = one.revision)}>
                {t("versions.restore")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
