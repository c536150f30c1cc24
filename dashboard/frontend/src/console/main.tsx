// The console: control room and technician.

import { startClock } from "../shared/clock";
import { get } from "../shared/http";
import { me } from "../shared/login";
import { LogIn, openPage } from "../shared/shell";
import type { SiteJson } from "../shared/site";
import { goToFloor, tab } from "./actions";
import { AlarmPanel } from "./alarmpanel";
import { announce } from "./announce";
import { WALL, ownPanel, shareSelection } from "./beside";
import { BesidePanel, panelName } from "./besidepanel";
import { Detail } from "./detail";
import { stream } from "./feed";
import { Figures } from "./figures";
import { Gateways } from "./gateways";
import { HandOver } from "./handover";
import { Help } from "./help";
import { Items } from "./items";
import { listen } from "./keys";
import { MapPanel } from "./mappanel";
import { NewCall } from "./newcall";
import { to } from "./ordertexts";
import { Queue } from "./queue";
import { Palette } from "./palette";
import { Panes, bringForward, pane } from "./panes";
import { Own } from "./own";
import { SitePanel } from "./sitepanel";
import { openShared } from "./replay";
import { listenForSound, mute, play } from "./sound";
import { SoundPanel } from "./soundpanel";
import { Staff } from "./staff";
import { Stack, stackShown } from "./stack";
import * as state from "./state";
import { t } from "./texts";
import { Lines, StatusLine } from "./statusline";
import { TimeBar } from "./timebar";
import { TopBar, openTab } from "./topbar";

const TABS = ["detail", "staff", "items", "gateways", "site", "figures"] as const;

function Page() {
  if (me.value === null) return <div class="waiting" aria-busy="true" />;
  if (me.value === false) return <LogIn title={t("login.title")} done={newShift} />;
  if (!state.site.value) return <div class="waiting" aria-busy="true" />;
  if (WALL) return <Wall />;
  if (ownPanel && state.mayDispatch.value) return <Own panel={ownPanel} />;
  return (
    <div class={`console pane-${pane.value} ${state.mayDispatch.value ? "" : "no-queue"} ${state.past.value ? "past" : ""}`}>
      <TopBar />
      {state.mayDispatch.value && <Queue />}
      <MapPanel />
      <aside class="side">
        <nav class="tabs" role="tablist">
          {TABS.map((name) => (
            <button key={name} role="tab" aria-selected={tab.value === name || (name === "detail" && tab.value === "new")} onClick={() => (name === "detail" ? (tab.value = name) : openTab(name))}>
              {name === "items" ? to("items.tab") : t(`tab.${name}`)}
            </button>
          ))}
        </nav>
        <Panel />
      </aside>
      <Panes />
      {state.past.value ? <TimeBar /> : <StatusLine />}
      {stackShown.value && <Stack />}
      <Help />
      <SoundPanel />
      <BesidePanel />
      <Palette />
      <HandOver />
      <Lines />
    </div>
  );
}

/** For the wall: the queue and all floors, nothing to press. */
function Wall() {
  return (
    <div class="console wall">
      <TopBar />
      <Queue />
      <Stack />
      <StatusLine />
    </div>
  );
}

function Panel() {
  switch (tab.value) {
    case "new":
      return <NewCall />;
    case "staff":
      return <Staff />;
    case "items":
      return <Items />;
    case "gateways":
      return <Gateways />;
    case "site":
      return <SitePanel />;
    case "figures":
      return <Figures />;
    case "alarms":
      return <AlarmPanel />;
    default:
      return (
        <section class="panel-body">
          <Detail />
        </section>
      );
  }
}

/** Somebody has logged in: what was muted was another's wish, and a sound says that it can be heard. */
function newShift(): void {
  mute(null);
  play("new");
  void begin();
}

let begun = false;

/** Somebody is logged in: the site, then the stream. */
async function begin(): Promise<void> {
  if (!me.value) return;
  state.mayDispatch.value = me.value.role !== "technician";
  state.mayInstall.value = me.value.role === "technician" || me.value.role === "admin";
  tab.value = state.mayDispatch.value ? "detail" : "gateways";
  state.site.value = await get<SiteJson>("/api/site");
  const ground = state.site.value.floors.findIndex((floor) => floor.ordinal === 0);
  goToFloor(Math.max(0, ground));
  stream.open();
  if (state.mayDispatch.value && !ownPanel) openShared();
  if (begun) return;
  begun = true;
  shareSelection();
  listen();
  // One window makes the sounds, however many panels stand on other monitors.
  if (ownPanel) return;
  announce();
  bringForward();
}

startClock(500);
listenForSound(() => state.tick.value !== null);
void openPage(Page, () => (ownPanel ? `${panelName(ownPanel)} · ${t("app.title")}` : t("app.title")), begin);
