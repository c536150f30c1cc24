// The technician's pages: what hangs where, whether it hears, and whether people are found there.

import { effect } from "@preact/signals";
import { render } from "preact";
import { startClock } from "../shared/clock";
import { lang, named, setLang } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { LoginForm, askWho, logOut, me } from "../shared/login";
import { setTheme, theme } from "../shared/theme";
import { Editor } from "./editor";
import { Gateways } from "./gateways";
import { Plan } from "./plan";
import { Publish, loadVersions } from "./publish";
import * as state from "./state";
import { Tags } from "./tags";
import { coded, t } from "./texts";
import { WalkOnMap, WalkPanel } from "./walk";

function Page() {
  if (me.value === null) return <div class="waiting" aria-busy="true" />;
  if (me.value === false) return <LogIn />;
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
      return <Publish />;
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
        <button class="plain" onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")} aria-label={t("top.theme")} title={t("top.theme")}>
          <Icon name={theme.value === "dark" ? "sun" : "moon"} size={18} />
        </button>
        <button class="plain lang" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")} lang={lang.value === "zh" ? "en" : "zh-CN"}>
          {lang.value === "zh" ? "EN" : "中文"}
        </button>
        <button class="plain" onClick={() => void logOut("")} title={t("top.logout")} aria-label={t("top.logout")}>
          <Icon name="out" size={17} />
        </button>
      </span>
    </header>
  );
}

function LogIn() {
  const texts = { title: t("login.title"), user: t("login.user"), password: t("login.password"), enter: t("login.enter"), failure: (code: string) => coded("login", code) };
  return (
    <div class="login">
      <LoginForm texts={texts} query="" done={() => void begin()} />
      <button class="plain lang" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "English" : "中文"}
      </button>
    </div>
  );
}

const NotYours = () => (
  <div class="login">
    <p role="alert">{t("login.notTechnician")}</p>
    <a href="/">{t("login.toConsole")}</a>
    <button onClick={() => void logOut("")}>{t("top.logout")}</button>
  </div>
);

let begun = false;

async function begin(): Promise<void> {
  if (!me.value || (me.value.role !== "technician" && me.value.role !== "admin")) return;
  await state.load();
  if (begun) return;
  begun = true;
  state.listen();
  addEventListener("keydown", keys);
  addEventListener("beforeunload", (event) => {
    if (state.saving.peek() !== "saved") event.preventDefault();
  });
  effect(() => {
    if (state.tab.value === "publish") void loadVersions().catch(() => undefined);
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
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (control && key === "z" && !event.shiftKey) state.undo();
  else if (control && (key === "y" || (key === "z" && event.shiftKey))) state.redo();
  else if (event.key === "Delete" && state.chosen.peek()?.kind !== "homes") document.querySelector<HTMLButtonElement>("[data-act=delete]")?.click();
  else return;
  event.preventDefault();
}

async function start(): Promise<void> {
  setTheme(theme.value);
  setLang(lang.value);
  startClock(500);
  effect(() => {
    document.title = t("app.title");
  });
  render(<Page />, document.getElementById("app") as HTMLElement);
  for (;;) {
    try {
      await askWho("");
      return await begin();
    } catch {
      // The server does not answer yet: the page waits and asks again.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}

void start();
