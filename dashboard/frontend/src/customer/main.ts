// The customer's page: no log-in, no framework. The token in the address is the right to call.

import { controlPath, servicePath } from "../shared/icons";
import { get, post, Refused, type Service, type Spot, type Start, type Status } from "./api";
import { h, icon } from "./dom";
import { lang, named, read, setLang, write } from "./i18n";
import { showPlan } from "./plan";
import { TEXTS, type Texts } from "./texts";

const FIRST_SERVICES = 4;
const RETRY_MS = 3_000;
/** Where to begin again after a call is over. */
const STORED_START = "nearhand.start";

const app = document.getElementById("app") as HTMLElement;
const startPath = /^\/c\/call\//.test(location.pathname) ? (read(STORED_START) ?? "") : location.pathname;

/** Opened from an app's link: the phone's own beacon is located while the call is open. */
const byApp = /^\/d\//.test(startPath);

let start: Start | null = null;
let spot: Spot | null = null;
let status: Status | null = null;
let callPath = "";
let view: (() => Node[]) | null = null;
let notice: keyof Texts | null = null;
let asksCancel = false;
let moving = false;
let more = false;
/** What is written beside the faces; kept while the page is drawn anew. */
let words = "";

const t = (key: keyof Texts, values: Record<string, string> = {}): string =>
  TEXTS[lang][key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");

/** Draws everything anew: a page this small is not worth a difference. */
function draw(): void {
  document.title = start ? named(start.site) : "nearhand";
  const plan = app.querySelector(".plan");
  app.textContent = "";
  app.append(head(), ...(notice ? [h("p", { class: "notice", role: "alert" }, t(notice)), ...phone()] : []), ...(view ? view() : []));
  const box = app.querySelector<HTMLElement>(".plan");
  if (box && status) {
    // The drawing is kept: it is large, and only its dots move.
    if (plan) box.replaceWith(plan);
    void showPlan((plan as HTMLElement | null) ?? box, status);
  }
}

function head(): HTMLElement {
  const other = lang === "zh" ? "en" : "zh";
  return h(
    "header",
    {},
    h("strong", {}, start ? named(start.site) : ""),
    h("button", { class: "lang", lang: other === "zh" ? "zh-CN" : "en", onclick: () => (setLang(other), draw()) }, other === "zh" ? "中文" : "English"),
  );
}

/** For whoever would rather speak to somebody, and where the page cannot help. */
function phone(): Node[] {
  const number = start?.desk_phone;
  return number ? [h("a", { class: "desk", href: `tel:${number.replace(/[^\d+*#]/g, "")}` }, `${t("desk")} ${number}`)] : [];
}

function placeLine(): HTMLElement {
  if (spot) return h("p", { class: "place" }, icon(controlPath("pin"), 22), `${t("where")} `, h("b", {}, `${spot.floor} · ${named(spot.name)}`));
  return h("p", { class: "place" }, t("choose"), spotChoice((chosen) => ((spot = chosen), draw())));
}

function spotChoice(choose: (spot: Spot) => void): HTMLElement {
  const spots = start?.spots ?? [];
  const box = h("select", {
    "aria-label": t("choose"),
    onchange: (event: Event) => {
      const found = spots[Number((event.target as HTMLSelectElement).value)];
      if (found) choose(found);
    },
  });
  box.append(h("option", { value: "" }, "…"), ...spots.map((one, i) => h("option", { value: i }, `${one.floor} · ${named(one.name)}`)));
  return box;
}

function serviceButton(service: Service): HTMLElement {
  const medical = service.priority === 1;
  return h(
    "button",
    {
      class: medical ? "service medical" : "service",
      "data-service": service.service,
      disabled: spot ? null : "",
      onclick: () => ((view = () => confirm(service)), (notice = null), draw()),
    },
    icon(servicePath(service.icon || service.service), medical ? 40 : 46),
    h("span", {}, named(service.name), medical && h("small", {}, t("medicalHint"))),
  );
}

/** U1: the place, four large services, medical apart. */
function choice(): Node[] {
  const services = start?.services ?? [];
  const medical = services.filter((one) => one.priority === 1);
  const others = services.filter((one) => one.priority !== 1);
  const shown = more ? others : others.slice(0, FIRST_SERVICES);
  return [
    h("h1", {}, t("title")),
    placeLine(),
    ...(start && !start.open ? [h("p", { class: "notice" }, t("closed")), ...phone()] : []),
    h("div", { class: "services" }, ...shown.map(serviceButton)),
    ...(more || others.length <= FIRST_SERVICES ? [] : [h("button", { class: "more", onclick: () => ((more = true), draw()) }, t("more"))]),
    h("div", { class: "medical-row" }, ...medical.map(serviceButton)),
  ];
}

/** U2: one question, the privacy line, send. */
function confirm(service: Service): Node[] {
  const note = h("input", { id: "note", maxlength: 120, autocomplete: "off" }) as HTMLInputElement;
  const medical = service.priority === 1;
  const send = h(
    "button",
    {
      class: medical ? "go medical" : "go",
      "data-act": "send",
      onclick: () => {
        send.setAttribute("disabled", "");
        void place(service, note.value);
      },
    },
    t(medical ? "sendMedical" : "send"),
  );
  const brought = /wheelchair|power_bank|umbrella|stroller|glasses/.test(service.service);
  return [
    h("div", { class: medical ? "confirm medical-title" : "confirm" }, icon(servicePath(service.icon || service.service), 72), h("h1", {}, named(service.name))),
    h("p", { class: "question" }, t(brought ? "confirm" : "confirmHelp")),
    placeLine(),
    ...(medical ? [h("p", { class: "hint" }, t("medicalHint"))] : []),
    h("label", { for: "note" }, t(service.service === "wheelchair" ? "walk" : "note")),
    note,
    send,
    h("button", { class: "plain", onclick: () => ((view = choice), draw()) }, t("back")),
    h("p", { class: "privacy" }, t(byApp ? "privacyApp" : "privacy")),
  ];
}

async function place(service: Service, note: string): Promise<void> {
  try {
    const body = byApp ? { service: service.service, spot: spot?.spot, note } : { service: service.service, note };
    const answer = await post<{ call_token: string }>(`${startPath}/calls`, body);
    write(STORED_START, startPath);
    history.replaceState(null, "", `/c/call/${answer.call_token}`);
    notice = null;
    follow(`/c/call/${answer.call_token}`);
  } catch (error) {
    notice = (error as Refused).status === 429 ? "busy" : "failed";
    draw();
  }
}

/** A thing's name as it stands within a sentence. */
const inSentence = (name: Parameters<typeof named>[0]): string => (lang === "en" ? named(name).toLowerCase() : named(name));

function who(): string {
  const first = status?.helpers[0];
  return first ? `${named(first.role)} ${named(first.name)}` : t("helper");
}

function stateLine(now: Status): string {
  if (now.state === "on_scene") return t("onScene", { who: who() });
  const first = now.helpers[0];
  if (first) return first.state === "en_route_to_item" ? t("fetching", { who: who(), item: inSentence(now.item ?? now.name) }) : t("coming", { who: who() });
  return t(now.waiting ? "waiting" : "finding");
}

/** U3, U4: who comes and in how many minutes. */
function wait(): Node[] {
  const now = status as Status;
  const arrived = now.state === "on_scene";
  const minutes = now.minutes_left;
  return [
    h("div", { class: now.priority === 1 ? "confirm medical-title small" : "confirm small" }, icon(servicePath(now.icon || now.service), 34), h("h2", {}, named(now.name))),
    h(
      "div",
      { class: arrived ? "minutes here" : "minutes", role: "status" },
      arrived
        ? icon(controlPath("check"), 90)
        : minutes === null
          ? h("span", { class: "pulse" })
          : minutes < 1
            ? h("b", { class: "words" }, t("soon"))
            : h("span", {}, h("small", {}, t("about")), h("b", {}, String(minutes)), h("small", {}, t("minutes"))),
    ),
    h("p", { class: "state" }, stateLine(now)),
    ...(now.late && !arrived ? [h("p", { class: "hint" }, t("late"))] : []),
    ...(now.waiting && now.waited_min > 0 ? [h("p", { class: "hint" }, t("waited", { n: String(now.waited_min) }))] : []),
    ...now.helpers.slice(1).map((one) => h("p", { class: "also" }, `${named(one.role)} ${named(one.name)}${one.minutes_left ? ` · ${one.minutes_left} ${t("minutes")}` : ""}`)),
    h("div", { class: `plan lang-${lang}`, "aria-hidden": "true" }),
    h("p", { class: "place" }, icon(controlPath("pin"), 22), h("b", {}, `${now.place.floor} · ${named(now.spot)}`)),
    ...actions(now),
  ];
}

function actions(now: Status): Node[] {
  if (moving) return [h("p", {}, t("movedTo"), spotChoice((chosen) => void act("move", { spot: chosen.spot }))), h("button", { class: "plain", onclick: () => ((moving = false), draw()) }, t("back"))];
  if (asksCancel) {
    return [
      h("div", { class: "pair" }, h("button", { onclick: () => ((asksCancel = false), draw()) }, t("keep")), h("button", { class: "red", "data-act": "cancel-sure", onclick: () => void act("cancel", {}) }, t("cancelSure"))),
    ];
  }
  return [
    h(
      "div",
      { class: "pair" },
      now.can_move && start !== null && h("button", { onclick: () => ((moving = true), draw()) }, t("moved")),
      now.can_cancel && h("button", { "data-act": "cancel", onclick: () => ((asksCancel = true), draw()) }, t("cancel")),
    ),
    ...(notice ? [] : phone()),
  ];
}

async function act(what: "cancel" | "move" | "rate", body: object): Promise<void> {
  asksCancel = false;
  moving = false;
  try {
    await post(`${callPath}/${what}`, body);
    status = await get<Status>(`${callPath}/state`);
    notice = null;
  } catch {
    notice = "failed";
  }
  draw();
}

const facePath = (mouth: string): string => `M12 21.5a9.5 9.5 0 1 0 0-19a9.5 9.5 0 0 0 0 19zM8.7 9.3v.6M15.3 9.3v.6${mouth}`;

/** By the mall's clocks, whatever the phone is set to. */
const atClock = (us: number, timeZone: string): string => new Date(us / 1e3).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", timeZone });

/** U4: what is still to be given back, and where. */
function borrowed(): Node[] {
  const loan = status?.loan;
  if (!loan) return [];
  const title = t("loan", { item: inSentence(loan.item) });
  return [
    h(
      "section",
      { class: loan.overdue ? "loan late" : "loan" },
      h("h2", {}, title, loan.item_number && h("small", {}, ` ${loan.item_number}`)),
      h("p", {}, t(loan.overdue ? "loanLate" : "loanDue", { time: atClock(loan.due_at, loan.timezone) })),
      h("ul", {}, ...loan.returns.map((one) => h("li", {}, `${one.floor} · ${named(one.name)}`))),
      loan.can_collect && h("button", { "data-act": "collect", onclick: () => void collect() }, t("collect")),
    ),
  ];
}

async function collect(): Promise<void> {
  try {
    const answer = await post<{ call_token: string }>(`${callPath}/collect`, {});
    location.assign(`/c/call/${answer.call_token}`);
  } catch (error) {
    notice = (error as Refused).status === 429 ? "busy" : "failed";
    draw();
  }
}

/** U5: thanks, three faces. */
function over(): Node[] {
  const now = status as Status;
  const again = startPath ? [h("button", { class: "plain", onclick: () => location.replace(startPath) }, t("again"))] : [];
  if (["cancelled", "abandoned", "merged"].includes(now.state)) return [h("h1", { class: "end" }, t("cancelled")), ...again];
  const faces: [1 | 2 | 3, string, keyof Texts][] = [
    [3, facePath("M7.5 14a5 5 0 0 0 9 0"), "good"],
    [2, facePath("M8 15.5h8"), "fair"],
    [1, facePath("M7.5 17a5 5 0 0 1 9 0"), "bad"],
  ];
  const rating =
    now.stars || !now.can_rate
      ? [h("p", { class: "question" }, t("rated"))]
      : [
          h("p", { class: "question" }, t("howWas")),
          h("div", { class: "faces" }, ...faces.map(([stars, face, key]) => h("button", { "data-stars": stars, onclick: () => void act("rate", { stars, note: words }) }, icon(face, 58), t(key)))),
          h("input", { "aria-label": t("words"), placeholder: t("words"), maxlength: 120, value: words, oninput: (event: Event) => (words = (event.target as HTMLInputElement).value) }),
        ];
  return [h("h1", { class: "end" }, t("thanks")), ...rating, ...borrowed(), ...again];
}

/** Follows a call until it is over; the server holds the answer until something has changed. */
function follow(path: string): void {
  callPath = path;
  let looks = 2;
  void (async () => {
    for (;;) {
      try {
        const known: number | null = status ? status.version : null;
        status = await get<Status>(`${path}/state${known === null ? "" : `?after=${known}`}`);
        notice = null;
        const done = ["cleared", "cancelled", "abandoned", "merged"].includes(status.state);
        view = done ? over : wait;
        draw();
        if (done && !status.loan && (looks-- <= 0 || !status.item)) return;
        // The word about a loan comes just behind the word that the call is over.
        if (done && !status.loan) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      } catch (error) {
        const code = (error as Refused).status;
        if (code === 404 || code === 410) {
          notice = "gone";
          view = null;
          return draw();
        }
        if (notice !== "offline") {
          notice = "offline";
          draw();
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  })();
}

async function begin(): Promise<void> {
  setLang(lang);
  draw();
  const call = /^\/c\/call\/[^/]+/.exec(location.pathname);
  if (call) follow(call[0]);
  if (!startPath) return;
  for (;;) {
    try {
      start = await get<Start>(`${startPath}/start`);
      spot = start.spot;
      if (!call) view = choice;
      if (notice === "offline") notice = null;
      return draw();
    } catch (error) {
      const refused = (error as Refused).status;
      if (refused === 404 || refused === 410) {
        if (!call) notice = "gone";
        return draw();
      }
      notice = "offline";
      draw();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

void begin();
