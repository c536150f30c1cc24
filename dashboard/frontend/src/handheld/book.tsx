// H8: words with the control room, and what I have done. Reached from everywhere but a ringing offer.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockTime, minutesSeconds } from "../shared/i18n";
import { Icon, ServiceIcon } from "../shared/icon";
import { PHRASES_FROM_FLOOR, textOf } from "../shared/phrases";
import type { JobView, TextView } from "../shared/protocol";
import { wish } from "./outbox";
import * as state from "./state";
import { coded, t } from "./texts";
import { serviceIcon, serviceName, spotName } from "./words";

type Shown = "texts" | "jobs" | null;
export const book = signal<Shown>(null);
const draft = signal("");

const fromDesk = (one: TextView): boolean => !one.by.startsWith("unit/");

/** Texts of the control room that nobody has looked at yet. */
export const unread = (): TextView[] => (state.mine.value?.logbook?.texts ?? []).filter((one) => fromDesk(one) && one.seen_at === null);

export function say(unitId: string, phrase: string, text = ""): void {
  wish({ type: "SendText", unit_id: unitId, phrase, text });
}

export function Book({ unitId }: { unitId: string }) {
  const tab = (which: "texts" | "jobs") => (
    <button role="tab" aria-selected={book.value === which} data-tab={which} onClick={() => (book.value = which)}>
      {t(`book.${which}`)}
    </button>
  );
  return (
    <section class="screen book">
      <div class="pair tabs" role="tablist">
        {tab("texts")}
        {tab("jobs")}
      </div>
      {book.value === "texts" ? <Texts unitId={unitId} /> : <Jobs />}
      <button data-act="close-book" onClick={() => (book.value = null)}>
        {t("offer.back")}
      </button>
    </section>
  );
}

function Texts({ unitId }: { unitId: string }) {
  const texts = state.mine.value?.logbook?.texts ?? [];
  const newest = unread().pop()?.text_id ?? "";
  useEffect(() => {
    if (newest && document.visibilityState === "visible") wish({ type: "ReportTextsSeen", unit_id: unitId, text_id: newest });
  }, [newest]);
  const send = (event: Event): void => {
    event.preventDefault();
    if (!draft.value.trim()) return;
    say(unitId, "", draft.value.trim());
    draft.value = "";
  };
  return (
    <>
      <ol class="fill texts" aria-live="polite">
        {texts.length === 0 && <li class="muted">{t("book.noTexts")}</li>}
        {[...texts].reverse().map((one) => (
          <Text key={one.text_id} one={one} />
        ))}
      </ol>
      <div class="phrases">
        {PHRASES_FROM_FLOOR.map((phrase) => (
          <button key={phrase} data-phrase={phrase} onClick={() => say(unitId, phrase)}>
            {textOf({ phrase, text: "" })}
          </button>
        ))}
      </div>
      <form class="go-row" onSubmit={send}>
        <input aria-label={t("book.write")} placeholder={t("book.write")} maxLength={200} value={draft.value} onInput={(event) => (draft.value = event.currentTarget.value)} />
        <button class="side" type="submit">
          {t("outcome.send")}
        </button>
      </form>
    </>
  );
}

function Text({ one }: { one: TextView }) {
  const waits = one.sent_at === 0;
  const mark = waits ? "waits" : one.seen_at !== null ? "seen" : "sent";
  return (
    <li class={fromDesk(one) ? "theirs" : "mine"}>
      <span>{textOf(one)}</span>
      <small>
        {clockTime(one.written_at / 1e3, false, state.site.value?.timezone)}
        {!fromDesk(one) && ` · ${t(`book.${mark}`)}`}
      </small>
    </li>
  );
}

function Jobs() {
  const jobs = state.mine.value?.logbook?.jobs ?? [];
  return (
    <ol class="fill jobs">
      {jobs.length === 0 && <li class="muted">{t("book.noJobs")}</li>}
      {[...jobs].reverse().map((job) => (
        <Job key={job.task_id} job={job} />
      ))}
    </ol>
  );
}

function Job({ job }: { job: JobView }) {
  const took = job.assigned_at !== null && job.on_scene_at !== null ? minutesSeconds((job.on_scene_at - job.assigned_at) / 1e6) : "";
  return (
    <li>
      <ServiceIcon icon={serviceIcon(job.service)} size={28} />
      <span>
        <strong>{serviceName(job.service)}</strong>
        <small>
          {job.place.floor} · {spotName(job.place)}
        </small>
      </span>
      <span class="right">
        <strong>{clockTime(job.cleared_at / 1e3, false, state.site.value?.timezone)}</strong>
        <small>{[coded("outcome", job.outcome), took && t("book.way", { time: took }), job.late && t("book.late")].filter(Boolean).join(" · ")}</small>
      </span>
    </li>
  );
}

/** Opens the book; says how many texts wait to be read. */
export function BookButton() {
  const count = unread().length;
  return (
    <button class={`flat book-button ${count ? "has" : ""}`} data-act="book" aria-label={t("book.open", { n: count })} onClick={() => (book.value = book.value ? null : "texts")}>
      <Icon name="message" size={24} />
      {count > 0 && <b>{count}</b>}
    </button>
  );
}
