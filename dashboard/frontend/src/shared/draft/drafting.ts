// A draft in the page: changed at once, kept by the server half a second later, taken back step by step.

import { signal } from "@preact/signals";
import { ask } from "../ask";
import { HttpError } from "../http";
import { Steps } from "./steps";

export interface Finding {
  severity: "error" | "warning";
  file: string;
  feature: string;
  text: string;
  /** Empty where there are only English words. */
  zh: string;
}

/** Of a draft, beside what it holds. */
export interface About {
  base: number;
  version: number;
  by: string;
  at: number;
}

export interface Shown {
  draft: About;
  findings: Finding[];
}

const SAVE_MS = 500;

/** `C`: what is being changed; `S`: the server's answer that holds it. */
export class Drafting<C, S extends Shown> {
  readonly about = signal<About | null>(null);
  readonly content = signal<C | null>(null);
  readonly findings = signal<Finding[]>([]);
  readonly saving = signal<"saved" | "waiting" | "failed" | "moved">("saved");
  readonly steps = signal({ past: 0, future: 0 });
  private readonly history = new Steps<C>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;

  constructor(
    /** `/api/workshop`: the draft, its check and its publishing are below it. */
    readonly path: string,
    private readonly contentOf: (shown: S) => C,
    private readonly bodyOf: (content: C) => object,
    private readonly loaded: (shown: S) => void = () => undefined,
  ) {}

  /** The draft as the server has it, instead of ours. */
  async load(): Promise<void> {
    clearTimeout(this.timer);
    const shown = await ask<S>("GET", `${this.path}/draft`);
    this.loaded(shown);
    this.about.value = shown.draft;
    this.content.value = this.contentOf(shown);
    this.findings.value = shown.findings;
    this.saving.value = "saved";
    this.history.clear();
    this.steps.value = this.history.counts;
  }

  /** One change. Those with the same key within a second are one step. */
  change(next: C, key = ""): void {
    const before = this.content.peek();
    if (before === null || next === before) return;
    this.history.did(before, key);
    this.show(next);
  }

  private show(next: C): void {
    this.content.value = next;
    this.steps.value = this.history.counts;
    this.saving.value = "waiting";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SAVE_MS);
  }

  readonly undo = (): void => {
    const now = this.content.peek();
    const before = now === null ? null : this.history.undo(now);
    if (before !== null) this.show(before);
  };

  readonly redo = (): void => {
    const now = this.content.peek();
    const after = now === null ? null : this.history.redo(now);
    if (after !== null) this.show(after);
  };

  /** Sends the draft; true once the server has it. */
  async save(): Promise<boolean> {
    clearTimeout(this.timer);
    const now = this.content.peek();
    const about = this.about.peek();
    if (now === null || !about || this.saving.peek() === "saved") return this.saving.peek() === "saved";
    if (this.sending) {
      this.timer = setTimeout(() => void this.save(), SAVE_MS);
      return false;
    }
    this.sending = true;
    try {
      const shown = await ask<S>("PUT", `${this.path}/draft`, { version: about.version, ...this.bodyOf(now) });
      this.about.value = shown.draft;
      this.findings.value = shown.findings;
      if (this.content.peek() === now) this.saving.value = "saved";
    } catch (error) {
      const moved = error instanceof HttpError && error.code === "draft_moved";
      this.saving.value = moved ? "moved" : "failed";
      if (!moved) this.timer = setTimeout(() => void this.save(), 4 * SAVE_MS);
    } finally {
      this.sending = false;
    }
    if (this.saving.peek() === "waiting") this.timer = setTimeout(() => void this.save(), SAVE_MS);
    return this.saving.peek() === "saved";
  }

  /** Everything is with the server, or it cannot be. */
  async saved(): Promise<boolean> {
    for (let tries = 0; tries < 20; tries++) {
      if (await this.save()) return true;
      if (this.saving.peek() === "moved") return false;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return false;
  }
}
