// Services, items and roles: read by operators; administrators draft, read the differences, publish and go back.

import { useEffect } from "preact/hooks";
import { DraftBar, stepKeys } from "../../shared/draft/bar";
import { Findings } from "../../shared/draft/findings";
import { Publish } from "../../shared/draft/publish";
import { me } from "../../shared/login";
import { site } from "../state";
import { t } from "../texts";
import { Form } from "./form";
import { add, draft, publisher, said, wayTo, type Table } from "./state";
import { RulesTable } from "./tables";

const TABLES: readonly Table[] = ["services", "items", "roles"];

export function Rules() {
  if (me.value && me.value.role === "admin") return <Editor />;
  return (
    <section>
      <p class="muted">{t("sv.hint")}</p>
      {site.value && TABLES.map((table) => <RulesTable key={table} table={table} rules={site.value!} />)}
    </section>
  );
}

const TYPING = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement];

function keys(event: KeyboardEvent): void {
  if (!TYPING.some((kind) => event.target instanceof kind)) stepKeys(draft, event);
}

function leaving(event: BeforeUnloadEvent): void {
  if (draft.saving.peek() !== "saved") event.preventDefault();
}

function Editor() {
  useEffect(() => {
    if (draft.content.peek() === null) void draft.load().catch(() => undefined);
    void publisher.loadVersions().catch(() => undefined);
    addEventListener("keydown", keys);
    addEventListener("beforeunload", leaving);
    return () => {
      removeEventListener("keydown", keys);
      removeEventListener("beforeunload", leaving);
    };
  }, []);
  const rules = draft.content.value;
  if (!rules) return <section aria-busy="true" />;
  return (
    <div class="rules">
      <section>
        {TABLES.map((table) => (
          <div key={table}>
            <RulesTable table={table} rules={rules} choose />
            <button data-add={table} onClick={() => add(table)}>
              + {t(`ru.one.${table}`)}
            </button>
          </div>
        ))}
      </section>
      <aside aria-label={t("ru.edit")}>
        <DraftBar of={draft} />
        {said.value && (
          <p class={said.value.tone === "good" ? "good" : "warn"} role="status" data-said={said.value.tone}>
            {said.value.text}
          </p>
        )}
        <Form />
        <Findings findings={draft.findings.value} way={wayTo} />
        <Publish of={publisher} way={wayTo} timeZone={site.value?.timezone} />
      </aside>
    </div>
  );
}
