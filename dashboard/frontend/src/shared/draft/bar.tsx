// Undo, redo, and how far the server has the draft.

import type { Drafting, Shown } from "./drafting";
import { t } from "./texts";

export function DraftBar<C, S extends Shown>({ of }: { of: Drafting<C, S> }) {
  return (
    <div class="bar">
      <button data-act="undo" disabled={!of.steps.value.past} onClick={of.undo} title="Ctrl+Z">
        {t("step.undo")}
      </button>
      <button data-act="redo" disabled={!of.steps.value.future} onClick={of.redo} title="Ctrl+Y">
        {t("step.redo")}
      </button>
      <span class={`save save-${of.saving.value}`} role="status">
        {t(`save.${of.saving.value}`)}
      </span>
      {of.saving.value === "moved" && (
        <button class="small" onClick={() => void of.load()}>
          {t("save.load")}
        </button>
      )}
    </div>
  );
}

/** Ctrl+Z and Ctrl+Y; true where it was one of them. */
export function stepKeys<C, S extends Shown>(of: Drafting<C, S>, event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (!event.ctrlKey && !event.metaKey) return false;
  if (key === "z" && !event.shiftKey) of.undo();
  else if (key === "y" || (key === "z" && event.shiftKey)) of.redo();
  else return false;
  event.preventDefault();
  return true;
}
