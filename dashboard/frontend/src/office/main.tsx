// The office: what is read at a desk rather than watched. Figures, what is to be put right, services, people, audit.

import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { get } from "../shared/http";
import { lang, setLang } from "../shared/i18n";
import { askWho, me } from "../shared/login";
import type { SiteJson } from "../shared/site";
import { setTheme, theme } from "../shared/theme";
import { Audit } from "./audit";
import { Feedback, stream } from "./feedback";
import { Figures } from "./figures";
import { People } from "./people";
import { Services } from "./services";
import { site } from "./state";
import { t } from "./texts";

const SECTIONS = { figures: Figures, feedback: Feedback, services: Services, people: People, audit: Audit } as const;
type Section = keyof typeof SECTIONS;
const FOR_ADMINS: Section[] = ["people", "audit"];

const asked = (): Section => {
  const name = location.hash.slice(1);
  return name in SECTIONS ? (name as Section) : "figures";
};
const section = signal<Section>(asked());

function Page() {
  if (!me.value || !site.value) return <div aria-busy="true" />;
  const mine = (Object.keys(SECTIONS) as Section[]).filter((one) => me.value && (me.value.role === "admin" || !FOR_ADMINS.includes(one)));
  const Shown = SECTIONS[mine.includes(section.value) ? section.value : "figures"];
  return (
    <>
      <header class="topbar">
        <h1>{t("title")}</h1>
        <nav>
          {mine.map((one) => (
            <a key={one} href={`#${one}`} aria-current={section.value === one ? "page" : undefined}>
              {t(`tab.${one}`)}
            </a>
          ))}
        </nav>
        <span class="right">
          <button onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")}>◐</button>
          <button lang={lang.value === "zh" ? "en" : "zh-CN"} onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>
            {lang.value === "zh" ? "EN" : "中文"}
          </button>
          <a href="/">{t("back")}</a>
        </span>
      </header>
      <main>
        <Shown />
      </main>
    </>
  );
}

async function start(): Promise<void> {
  setTheme(theme.value);
  setLang(lang.value);
  effect(() => {
    document.title = t("title");
  });
  addEventListener("hashchange", () => (section.value = asked()));
  render(<Page />, document.getElementById("app") as HTMLElement);
  for (;;) {
    try {
      await askWho("");
      if (!me.value || (me.value.role !== "operator" && me.value.role !== "admin")) return location.assign("/");
      site.value = await get<SiteJson>("/api/site");
      return stream.open();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2_000)); // the server does not answer yet
    }
  }
}

void start();
