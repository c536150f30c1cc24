// The office: what is read at a desk rather than watched. Figures, what is to be put right, services, people, audit.

import { signal } from "@preact/signals";
import { me } from "../shared/login";
import { LanguageButton, LogIn, LogOutButton, ThemeButton, openPage } from "../shared/shell";
import { Audit } from "./audit";
import { Feedback } from "./feedback";
import { Figures } from "./figures";
import { People } from "./people";
import { Rules } from "./rules/rules";
import { loadSite, site, stream } from "./state";
import { t } from "./texts";

const SECTIONS = { figures: Figures, feedback: Feedback, services: Rules, people: People, audit: Audit } as const;
type Section = keyof typeof SECTIONS;
const FOR_ADMINS: Section[] = ["people", "audit"];

const asked = (): Section => {
  const name = location.hash.slice(1);
  return name in SECTIONS ? (name as Section) : "figures";
};
const section = signal<Section>(asked());

function Page() {
  if (me.value === null) return <div aria-busy="true" />;
  if (me.value === false) return <LogIn title={t("title")} done={() => void begin()} />;
  if (!site.value) return <div aria-busy="true" />;
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
          <ThemeButton />
          <LanguageButton />
          <a href="/">{t("back")}</a>
          <LogOutButton />
        </span>
      </header>
      <main>
        <Shown />
      </main>
    </>
  );
}

async function begin(): Promise<void> {
  if (!me.value) return;
  if (me.value.role !== "operator" && me.value.role !== "admin") return location.assign("/");
  await loadSite();
  stream.open();
}

addEventListener("hashchange", () => (section.value = asked()));
void openPage(Page, () => t("title"), begin);
