// Words with one person's handheld: canned or written, both ways, with what has been seen.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { command } from "../shared/http";
import { clockTime, translator } from "../shared/i18n";
import { PHRASES_FROM_DESK, textOf } from "../shared/phrases";
import type { LogbookChanged, TextView } from "../shared/protocol";
import { newsLine, spokenLine } from "./said";
import * as state from "./state";
import { unitName } from "./words";

const t = translator(
  { title: "消息", write: "写给 {name}", send: "发送", sent: "已送达", seen: "已读", failed: "没有送出，请再试", said: "{name}：{text}", canned: "常用语", broadcast: "发给这 {n} 人", all: "已发给 {n} 人", some: "只发给了 {n} / {all} 人" },
  { title: "Messages", write: "Write to {name}", send: "Send", sent: "delivered", seen: "seen", failed: "Not sent, please try again", said: "{name}: {text}", canned: "Phrases", broadcast: "Send to these {n}", all: "Sent to {n}", some: "Sent to {n} of {all} only" },
);

export const logbooks = signal<ReadonlyMap<string, LogbookChanged>>(new Map());

const fromFloor = (one: TextView): boolean => one.by.startsWith("unit/");
const unreadOf = (book: LogbookChanged | undefined): TextView[] => (book?.texts ?? []).filter((one) => fromFloor(one) && one.seen_at === null);
export const unread = (unitId: string): number => unreadOf(logbooks.value.get(unitId)).length;

/** A book has changed: a new word from the floor is said on the screen. */
export function heardBook(book: LogbookChanged): void {
  const before = logbooks.peek().get(book.unit_id);
  if (before && before.version >= book.version) return;
  const known = new Set(before?.texts.map((one) => one.text_id));
  const word = unreadOf(book).find((one) => !known.has(one.text_id));
  if (word) newsLine("good", t("said", { name: unitName(book.unit_id), text: textOf(word) }));
  logbooks.value = new Map(logbooks.value).set(book.unit_id, book);
}

async function say(unitId: string, phrase: string, text: string): Promise<boolean> {
  const answer = await command<{ accepted: boolean }>("/api/commands", { type: "SendText", unit_id: unitId, phrase, text }).catch(() => null);
  if (!answer?.accepted) spokenLine("bad", t("failed"));
  return answer?.accepted ?? false;
}

export function Talk({ unitId }: { unitId: string }) {
  const book = logbooks.value.get(unitId);
  const newest = unreadOf(book).pop()?.text_id ?? "";
  useEffect(() => {
    if (newest) void command("/api/commands", { type: "ReportTextsSeen", unit_id: unitId, text_id: newest }).catch(() => undefined);
  }, [newest, unitId]);
  const write = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("text") as HTMLInputElement;
    if (field.value.trim()) void say(unitId, "", field.value.trim()).then((sent) => sent && (field.value = ""));
  };
  const choose = (event: Event & { currentTarget: HTMLSelectElement }): void => {
    const phrase = event.currentTarget.value;
    event.currentTarget.value = "";
    if (phrase) void say(unitId, phrase, "");
  };
  return (
    <section class="talk">
      <h3>{t("title")}</h3>
      <ol aria-live="polite">
        {(book?.texts ?? []).slice(-6).map((one) => (
          <li key={one.text_id} class={fromFloor(one) ? "theirs" : "ours"}>
            {textOf(one)}{" "}
            <small>
              {clockTime(one.written_at / 1e3, false, state.site.value?.timezone)}
              {!fromFloor(one) && ` · ${t(one.seen_at === null ? "sent" : "seen")}`}
            </small>
          </li>
        ))}
      </ol>
      <select aria-label={t("canned")} data-field="phrase" onChange={choose}>
        <option value="">{t("canned")} …</option>
        {PHRASES_FROM_DESK.map((phrase) => (
          <option key={phrase} value={phrase}>
            {textOf({ phrase, text: "" })}
          </option>
        ))}
      </select>
      <form onSubmit={write}>
        <input name="text" maxLength={200} autocomplete="off" aria-label={t("write", { name: unitName(unitId) })} placeholder={t("write", { name: unitName(unitId) })} />
        <button type="submit">{t("send")}</button>
      </form>
    </section>
  );
}

/** The same words to several people; who they are is what the roster shows. */
export function Broadcast({ to }: { to: string[] }) {
  const write = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("broadcast") as HTMLInputElement;
    const words = field.value.trim();
    if (!words) return;
    void Promise.all(to.map((unitId) => say(unitId, "", words))).then((sent) => {
      const n = sent.filter(Boolean).length;
      if (n === to.length) field.value = "";
      spokenLine(n === to.length ? "good" : "bad", t(n === to.length ? "all" : "some", { n, all: to.length }));
    });
  };
  return (
    <form class="broadcast" onSubmit={write}>
      <input name="broadcast" maxLength={200} autocomplete="off" aria-label={t("broadcast", { n: to.length })} placeholder={`${t("broadcast", { n: to.length })} …`} />
      <button type="submit" disabled={to.length === 0}>
        {t("send")}
      </button>
    </form>
  );
}
