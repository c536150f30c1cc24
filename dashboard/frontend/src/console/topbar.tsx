// The bar on top: what must always be in sight, in the same place on each screen.

import { now } from "../shared/clock";
import { clockTime, minutesSeconds, named } from "../shared/i18n";
import { Icon, RoleShape } from "../shared/icon";
import { me } from "../shared/login";
import { LanguageButton, LogOutButton, ThemeButton } from "../shared/shell";
import { siteTitle, tab, type Tab } from "./actions";
import { alarms, onShelf, unacknowledged } from "./alarms";
import { link as activeLink } from "./feed";
import { helpShown } from "./keys";
import { ReplayWord } from "./timebar";
import { SoundButton } from "./soundpanel";
import * as state from "./state";
import { t } from "./texts";
import { ta } from "./alarmtexts";
import { colourOf, roleName, shapeOf } from "./words";

export function TopBar() {
  return (
    <header class="topbar">
      <div class="brand">
        <Mark /> <strong>nearhand</strong> <span class="muted mall">{siteTitle()}</span>
        {state.simulated.value && <span class="chip">{t("top.simulated")}</span>}
      </div>
      <Roles />
      <Median />
      <div class="topbar-right">
        <Alarms />
        <LinkLight />
        <time class="clock">{clockTime(now.value, true, state.site.value?.timezone)}</time>
        <Switches />
      </div>
    </header>
  );
}

const Mark = () => (
  <svg class="mark" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
    <circle cx="12" cy="12" r="3.2" fill="currentColor" />
    <path d="M12 5a7 7 0 0 1 7 7M12 1.5A10.5 10.5 0 0 1 22.5 12" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />
    <path d="M5 12a7 7 0 0 0 7 7" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" opacity="0.45" />
  </svg>
);

function Roles() {
  return (
    <ul class="roles">
      {state.roleCounts.value.map((count) => {
        const text = t("top.freeOf", { role: roleName(count.role), free: count.free, on: count.onDuty });
        return (
          <li key={count.role} title={text} aria-label={text} class={count.free === 0 && count.onDuty > 0 ? "none-free" : ""}>
            <RoleShape shape={shapeOf(count.role)} colour={colourOf(count.role)} size={15} />
            <span class="role-name">{roleName(count.role)}</span>
            <span class="role-count">
              <strong>{count.free}</strong>/{count.onDuty}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Median() {
  const median = state.medianResponse.value;
  return (
    <div class="median" title={t("top.median")}>
      <Icon name="clock" size={16} />
      <span class="median-name">{t("top.median")}</span>
      <strong>{median === null ? "–" : minutesSeconds(median)}</strong>
    </div>
  );
}

function Alarms() {
  const open = unacknowledged.value;
  const worst = open[0]?.level ?? 9;
  return (
    <button class={`alarm-light level-${open.length ? worst : "none"}`} aria-pressed={tab.value === "alarms"} onClick={() => openTab("alarms")} title={t("top.alarms")}>
      <Icon name="bell" size={18} />
      <span class="label">{t("top.alarms")}</span>
      <strong>{open.length || alarms.value.length - onShelf.value.length}</strong>
      {onShelf.value.length > 0 && <span class="shelf-count">{ta("alarm.shelved", { n: onShelf.value.length })}</span>}
    </button>
  );
}

export function openTab(next: Tab): void {
  tab.value = tab.value === next ? "detail" : next;
}

export function LinkLight() {
  const link = activeLink.value;
  const lag = state.tick.value?.lag_ms;
  if (state.past.value && link === "live") return <ReplayWord />;
  return (
    <span class={`link-light link-${link}`} role="status" title={lag === undefined ? "" : t("top.lag", { ms: Math.round(lag) })}>
      <i /> {t(`link.${link}`)}
    </span>
  );
}

function Switches() {
  return (
    <div class="switches">
      <SoundButton />
      <ThemeButton />
      <LanguageButton />
      <button class="plain" onClick={() => (helpShown.value = !helpShown.value)} title="?" aria-label={t("help.title")}>
        <Icon name="help" size={18} />
      </button>
      <LogOutButton name={me.value ? named(me.value.name, me.value.user) : ""} />
    </div>
  );
}
