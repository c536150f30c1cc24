// The technician's pages: what hangs where, whether it hears, and whether people are found there.

import { effect } from "@preact/signals";
import { startClock } from "../shared/clock";
import { named } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { me } from "../shared/login";
import { LanguageButton, LogIn, LogOutButton, ThemeButton, openPage } from "../shared/shell";
import { Editor } from "./editor";
import { Gateways } from "./gateways";
import { Plan } from "./plan";
import * as state from "./state";
import { Tags } from "./tags";
import { t } from "./texts";
import { Publish } from "../shared/draft/publish";
import { stepKeys } from "../shared/draft/bar";
import { wayTo } from "./findings";
import { WalkOnMap, WalkPanel } from "./walk";

function Page() {
  if (me.value === null) return <div class="waiting" aria-busy="true" />;
  if (me.value === false) return <LogIn title={t("login.title")} done={() => void begin()} />;
  if (me.value.role !== "technician" && me.value.role !== "admin") return <NotYours />;
  if (!state.site.value) return <div class="waiting" aria-busy="true" />;
  return (
    <div class="workshop">
      <Top />
      <Plan editable={state.tab.value === "map"}>{state.tab.value === "walk" && <WalkOnMap />}</Plan>
      <aside class="side">
        <nav class="tabs" role="tablist" aria-label="nearhand">
          {state.TABS.map((name) => (
            <button key={name} role="tab" data-tab={name} aria-selected={state.tab.value === name} onClick={() => (state.tab.value = name)}>
              {t(`tab.${name}`)}
            </button>
          ))}
        </nav>
        <Panel />
      </aside>
      {state.said.value && (
        <p class={`said ${state.said.value.tone}`} role="status">
          {state.said.value.text}
          <button class="plain" aria-label={t("said.close")} onClick={() => (state.said.value = null)}>
            <Icon name="close" size={16} />
          </button>
        </p>
      )}
    </div>
  );
}

function Panel() {
  switch (state.tab.value) {
    case "publish":
      return (
        <section class="panel-body">
          <Publish of={state.publisher} way={wayTo} timeZone={state.site.value?.timezone} />
        </section>
      );
    case "walk":
      return <WalkPanel />;
    case "gateways":
      return <Gateways />;
    case "tags":
      return <Tags />;
    default:
      return <Editor />;
  }
}

function Top() {
  const link = state.stream.link.value;
  return (
    <header class="topbar">
      <a class="brand" href="/">
        nearhand
      </a>
      <span class="muted mall">
        {named(state.site.value?.name)} · {t("top.revision", { n: state.liveRevision.value || (state.site.value?.rev ?? 0) })}
      </span>
      <span class={`link-light link-${link}`} role="status">
        <i /> {t(`link.${link}`)}
      </span>
      <span class="switches">
        <ThemeButton />
        <LanguageButton />
        <LogOutButton />
      </span>
    </header>
  );
}

const NotYours = () => (
  <div class="login">
    <p role="alert">{t("login.notTechnician")}</p>
    <a href="/">{t("login.toConsole")}</a>
    <LogOutButton />
  </div>
);

let begun = false;

async function begin(): Promise<void> {
  if (!me.value || (me.value.role !== "technician" && me.value.role !== "admin")) return;
  await state.draft.load();
  if (begun) return;
  begun = true;
  state.listen();
  addEventListener("keydown", keys);
  addEventListener("beforeunload", (event) => {
    if (state.draft.saving.peek() !== "saved") event.preventDefault();
  });
  effect(() => {
    if (state.tab.value === "publish") void state.publisher.loadVersions().catch(() => undefined);
    if (state.tab.value !== "map") state.adding.value = null;
  });
}

function keys(event: KeyboardEvent): void {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
  if (event.key === "Escape") {
    if (state.adding.peek()) state.adding.value = null;
    else state.chosen.value = null;
    return;
  }
  if (typing || state.tab.peek() !== "map") return;
  if (stepKeys(state.draft, event)) return;
  if (event.key === "Delete" && state.chosen.peek()?.kind !== "homes") document.querySelector<HTMLButtonElement>("[data-act=delete]")?.click();
  else return;
  event.preventDefault();
}

startClock(500);
void openPage(Page, () => t("app.title"), begin);
