// Which panel goes to the second monitor.

import { useEffect, useRef } from "preact/hooks";
import { translator } from "../shared/i18n";
import { Icon } from "../shared/icon";
import { type Panel, PANELS, besideRefused, besideShown, openBeside } from "./beside";
import { t } from "./texts";

const tb = translator(
  {
    "beside.short": "新窗口",
    "beside.title": "在新窗口中打开",
    "beside.hint": "放到第二个显示器上；各窗口共用所选的呼叫、人员和网关，声音只由控制室主窗口发出。",
    "beside.refused": "浏览器拦截了新窗口：请允许本页弹出窗口。",
    "beside.queue": "呼叫队列",
    "beside.map": "地图",
    "beside.alarms": "告警",
  },
  {
    "beside.short": "Second window",
    "beside.title": "In a window of its own",
    "beside.hint": "For a second monitor. The windows share which call, person or gateway is selected; only the whole control room makes sounds.",
    "beside.refused": "The browser blocked the window: allow this page to open windows.",
    "beside.queue": "Calls",
    "beside.map": "Map",
    "beside.alarms": "Alarms",
  },
);

export const panelName = (panel: Panel): string => tb(`beside.${panel}`);

export const panelsTitle = (): string => tb("beside.short");

export function BesidePanel() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (besideShown.value && !dialog.current?.open) dialog.current?.showModal();
  });
  if (!besideShown.value) return null;
  const close = (): void => void (besideShown.value = false);
  return (
    <dialog class="help sounds" ref={dialog} onClose={close} aria-label={tb("beside.title")}>
      <header>
        <h2>{tb("beside.title")}</h2>
        <button class="plain" onClick={close} aria-label={t("common.close")}>
          <Icon name="close" />
        </button>
      </header>
      <div class="buttons">
        {PANELS.map((panel, i) => (
          <button key={panel} data-panel={panel} autofocus={i === 0} onClick={() => openBeside(panel)}>
            {panelName(panel)}
          </button>
        ))}
      </div>
      <p class="muted">{tb("beside.hint")}</p>
      {besideRefused.value && (
        <p class="warn" role="alert">
          {tb("beside.refused")}
        </p>
      )}
    </dialog>
  );
}
