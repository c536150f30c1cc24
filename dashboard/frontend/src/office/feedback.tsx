// What is to be put right: who sees to it, how soon, and what was done.

import { signal } from "@preact/signals";
import { command } from "../shared/http";
import type { FeedbackChanged } from "../shared/protocol";
import { reasonText } from "../shared/reasons";
import { hear, localTime } from "./state";
import { Table } from "./table";
import { coded, t } from "./texts";

const GRADES = ["at_once", "three_days", "this_month"] as const;
const rows = signal<ReadonlyMap<string, FeedbackChanged>>(new Map());
const refused = signal("");
const closing = signal<string | null>(null);

hear("feedback", (message) => {
  if (message.t === "snap") rows.value = new Map((message.data as FeedbackChanged[]).map((row) => [row.feedback_id, row]));
  else if (message.t === "ev") rows.value = new Map(rows.value).set((message.data as FeedbackChanged).feedback_id, message.data as FeedbackChanged);
});

async function send(body: Record<string, unknown>): Promise<boolean> {
  const answer = await command<{ accepted: boolean; reason: string }>("/api/commands", body).catch(() => ({ accepted: false, reason: "bad_request" }));
  refused.value = answer.accepted ? "" : reasonText(answer.reason);
  return answer.accepted;
}

export function Feedback() {
  const all = [...rows.value.values()].sort((a, b) => Number(a.closed_at !== null) - Number(b.closed_at !== null) || a.due_at - b.due_at);
  return (
    <section>
      <New />
      {refused.value && <p class="warn" role="alert">{t("pe.refused", { why: refused.value })}</p>}
      {all.length === 0 && <p class="muted">{t("fb.none")}</p>}
      {all.length > 0 && (
        <Table heads={[t("fb.text"), t("fb.grade"), t("fb.owner"), t("fb.due"), t("fb.state"), ""]}>
            {all.map((row) => (
              <Row key={row.feedback_id} row={row} />
            ))}
        </Table>
      )}
    </section>
  );
}

function Row({ row }: { row: FeedbackChanged }) {
  const state = row.closed_at !== null ? "closed" : row.overdue ? "overdue" : "open";
  return (
    <tr>
      <th scope="row">
        {row.text} {row.call_id && <span class="muted">{row.call_id}</span>}
        {row.note && <span class="muted"> → {row.note}</span>}
      </th>
      <td>{coded("fb", row.grade)}</td>
      <td>{row.owner}</td>
      <td>{localTime(row.due_at)}</td>
      <td class={state === "overdue" ? "alarm-text" : ""}>{coded("fb", state)}</td>
      <td>
        {state !== "closed" &&
          (closing.value === row.feedback_id ? (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                const note = new FormData(event.currentTarget).get("note");
                void send({ type: "CloseFeedback", feedback_id: row.feedback_id, note }).then(() => (closing.value = null));
              }}
            >
              <input name="note" aria-label={t("fb.note")} placeholder={t("fb.note")} maxLength={300} />
              <button>{t("fb.close")}</button>
            </form>
          ) : (
            <button data-act="close-feedback" onClick={() => (closing.value = row.feedback_id)}>
              {t("fb.close")}
            </button>
          ))}
      </td>
    </tr>
  );
}

function New() {
  return (
    <form
      class="new"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const fields = Object.fromEntries(new FormData(form));
        void send({ type: "RaiseFeedback", ...fields }).then((done) => done && form.reset());
      }}
    >
      <label>
        {t("fb.new")} <input name="text" required maxLength={300} />
      </label>
      <label>
        {t("fb.grade")}
        <select name="grade">
          {GRADES.map((grade) => (
            <option key={grade} value={grade}>
              {coded("fb", grade)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("fb.owner")} <input name="owner" maxLength={100} />
      </label>
      <button class="primary">{t("fb.send")}</button>
    </form>
  );
}
