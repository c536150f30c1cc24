// The bottom of the screen: what is going on in numbers, and the lines that say what became of a wish.

import { Icon } from "../shared/icon";
import { WALL, besideShown, ownPanel } from "./beside";
import { panelsTitle } from "./besidepanel";
import { line, polite, undoLast, urgent } from "./said";
import { UntestedSound } from "./soundpanel";
import * as state from "./state";
import { t } from "./texts";
import { ReplayButton } from "./timebar";
import { LinkLight } from "./topbar";

export function StatusLine() {
  const all = state.gateways.value.size;
  const tick = state.tick.value;
  return (
    <footer class="status-line">
      {ownPanel ? <LinkLight /> : state.mayDispatch.value && <Offers />}
      {tick && <span>{t("status.devices", { n: tick.devices })}</span>}
      {tick && <span>{t("top.lag", { ms: Math.round(tick.lag_ms) })}</span>}
      <span class={state.gatewaysDown.value.length ? "warn" : ""}>{t("status.gateways", { ok: all - state.gatewaysDown.value.length, all })}</span>
      {state.closures.value.connectors.length > 0 && <span class="warn">{t("status.closures", { n: state.closures.value.connectors.length })}</span>}
      {state.closures.value.fire_mode && <span class="alarm-text">{t("site.fire.on")}</span>}
      {tick && tick.dropped > 0 && <span>{t("status.dropped", { n: tick.dropped })}</span>}
    </footer>
  );
}

function Offers() {
  if (WALL) return <ReplayButton />;
  return (
    <>
      <ReplayButton />
      <button class="plain beside-open" onClick={() => (besideShown.value = true)} title="Shift+O" aria-haspopup="dialog">
        <Icon name="window" size={15} /> {panelsTitle()}
      </button>
      <UntestedSound />
    </>
  );
}

/** What is said at the bottom, and read out to those who cannot see it. */
export function Lines() {
  return (
    <>
      {line.value && (
        <p class={`said ${line.value.tone}`} role="status">
          {line.value.text}
          {line.value.undoable && (
            <button class="link" onClick={undoLast}>
              {t("said.undo")} <kbd>U</kbd>
            </button>
          )}
        </p>
      )}
      <div class="visually-hidden" aria-live="polite">
        {polite.value}
      </div>
      <div class="visually-hidden" aria-live="assertive">
        {urgent.value}
      </div>
    </>
  );
}
