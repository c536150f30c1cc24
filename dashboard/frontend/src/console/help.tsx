// What the keys do.

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/icon";
import { KEYS, helpShown, setSingleKeys, singleKeys } from "./keys";
import { t } from "./texts";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpShown.value && !dialog.current?.open) dialog.current?.showModal();
  });
  if (!helpShown.value) return null;
  return (
    <dialog class="help" ref={dialog} onClose={() => (helpShown.value = false)} aria-label={t("help.title")}>
      <header>
        <h2>{t("help.title")}</h2>
        <button class="plain" onClick={() => (helpShown.value = false)} aria-label={t("common.close")}>
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={singleKeys.value} onChange={(event) => setSingleKeys(event.currentTarget.checked)} /> {t("help.on")}
        <span class="muted">{t("help.on.hint")}</span>
      </label>
      <p>
        <a href="/api" target="_blank" rel="noopener">
          {t("help.interface")}
        </a>
      </p>
    </dialog>
  );
}
