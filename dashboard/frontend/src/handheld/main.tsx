// The handheld: a page for one thumb.

import { effect } from "@preact/signals";
import { render } from "preact";
import { now, recallClock, startClock } from "../shared/clock";
import { get } from "../shared/http";
import { clockTime, lang, named, setLang } from "../shared/i18n";
import { LoginForm, askWho, logOut, me, type Me } from "../shared/login";
import { textOf } from "../shared/phrases";
import type { UnitChanged } from "../shared/protocol";
import { reasonText } from "../shared/reasons";
import type { SiteJson } from "../shared/site";
import { setTheme, theme } from "../shared/theme";
import { stayAwake } from "./alert";
import { Book, BookButton, book, unread } from "./book";
import { begin as beginFeed, stream } from "./feed";
import * as outbox from "./outbox";
import { fetchPlans } from "./plan";
import { Screen } from "./screens";
import { SosLine, quietSosHeard, silently } from "./sos";
import * as state from "./state";
import { coded, t } from "./texts";

const QUERY = "?app=staff";
/** What has waited this long deserves a word even while the connection seems to stand. */
const STUCK_US = 3_000_000;
const REFUSED_SHOWN_MS = 6_000;

function Page() {
  if (me.value === null) return <div aria-busy="true" />;
  if (me.value === false) return <LogIn />;
  const mine = state.mine.value;
  return (
    <div class="handheld">
      <Head who={me.value} />
      <Lines />
      {mine ? <Work unit={mine.unit} /> : <div class="screen" aria-busy="true" />}
    </div>
  );
}

/** A ringing offer is before everything else. */
function Work({ unit }: { unit: UnitChanged }) {
  return book.value && !state.openOffer(now.value * 1e3) ? <Book unitId={unit.unit_id} /> : <Screen unit={unit} />;
}

function Head({ who }: { who: Me }) {
  const link = stream.link.value === "late" ? "down" : stream.link.value;
  return (
    <header class="head">
      <span class={`link link-${link}`} role="status">
        <i /> {t(`link.${link}`)}
      </span>
      <button class="flat" data-act="leave" onClick={() => void leave()} title={t("logout")}>
        {named(who.name, who.user)}
      </button>
      <BookButton />
      <Clock />
      <button class="flat" onClick={() => setTheme(theme.value === "dark" ? "light" : "dark")} aria-label="◐">
        ◐
      </button>
      <button class="flat" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "EN" : "中文"}
      </button>
    </header>
  );
}

/** Held, it calls for help without a sign to whoever looks on; a full stop behind the time says that it was heard. */
function Clock() {
  const unit = state.mine.value?.unit;
  return (
    <button class="flat clock" data-act="clock" {...(unit ? silently(unit) : {})}>
      <time>
        {clockTime(now.value, false, state.site.value?.timezone)}
        {quietSosHeard.value && "."}
      </time>
    </button>
  );
}

/** What has to be said above everything else: waiting actions, an old picture, a refusal. */
function Lines() {
  const waits = outbox.waiting.value.filter((one) => !outbox.isQuiet(one.wish));
  const down = stream.link.value === "down" || stream.link.value === "late";
  const stuck = waits[0] !== undefined && (down || now.value * 1e3 - waits[0].at > STUCK_US);
  const zone = state.site.value?.timezone;
  const word = book.value === "texts" ? undefined : unread().pop();
  return (
    <>
      <SosLine />
      {word && (
        <button class="line blue" data-act="read" onClick={() => (book.value = "texts")}>
          {t("book.desk", { text: textOf(word) })}
        </button>
      )}
      {waits[0] && stuck && <p class="line yellow">{t("outbox.waiting", { n: waits.length, time: clockTime(waits[0].at / 1e3, false, zone) })}</p>}
      {!stuck && down && <p class="line yellow">{t("outbox.offline", { time: clockTime(state.toldAt.value / 1e3, true, zone) })}</p>}
      {outbox.refused.value && <p class="line red">{t("outbox.refused", { reason: reasonText(outbox.refused.value) })}</p>}
      {!window.isSecureContext && !down && state.mine.value?.unit.status === "off_duty" && <p class="line grey">{t("insecure")}</p>}
    </>
  );
}

function LogIn() {
  const texts = {
    title: t("login.title"),
    user: t("login.user"),
    password: t("login.password"),
    enter: t("login.enter"),
    failure: (code: string) => (["wrong_password", "too_many_requests", "forbidden", "no_connection"].includes(code) ? coded("login", code) : t("login.failed")),
  };
  return (
    <div class="login">
      <button class="flat lang" onClick={() => setLang(lang.value === "zh" ? "en" : "zh")}>
        {lang.value === "zh" ? "English" : "中文"}
      </button>
      <LoginForm texts={texts} query={QUERY} done={() => void outbox.forget().then(begin)} />
    </div>
  );
}

async function leave(): Promise<void> {
  if (outbox.waiting.value.length > 0 || state.mine.value?.unit.task_id) return;
  await outbox.forget();
  await logOut(QUERY);
}

let begun = false;

async function begin(): Promise<void> {
  if (!me.value) return;
  await outbox.keep("me", me.value);
  state.site.value = await get<SiteJson>(`/api/site${QUERY}`).catch(() => outbox.kept<SiteJson>("site"));
  void outbox.keep("site", state.site.value);
  if (begun) return stream.open();
  begun = true;
  beginFeed();
  stayAwake();
}

/** Opened without a connection: what was known last. */
async function recall(): Promise<void> {
  const before = await outbox.kept<{ told: state.Mine; at: number; behind?: number }>("mine");
  if (!before) return;
  state.told.value = before.told;
  state.toldAt.value = before.at;
  recallClock(before.behind ?? 0);
}

async function start(): Promise<void> {
  setTheme(theme.value);
  setLang(lang.value);
  startClock();
  effect(() => {
    document.title = t("app.title");
  });
  effect(() => {
    if (outbox.refused.value) setTimeout(() => (outbox.refused.value = ""), REFUSED_SHOWN_MS);
  });
  effect(() => {
    if (state.site.value) void fetchPlans(state.site.value);
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/staff-sw.js", { scope: "/staff" }).catch(() => undefined);
  render(<Page />, document.getElementById("app") as HTMLElement);
  await outbox.start();
  await recall();
  try {
    await askWho(QUERY);
  } catch {
    me.value = (await outbox.kept<Me>("me")) ?? false;
  }
  await begin();
}

void start();
