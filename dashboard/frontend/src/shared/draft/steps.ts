// Undo and redo over plain values: each change is a new value, going back is showing an old one.

const STEPS_MAX = 200;
/** Changes with the same key within so long are one step (arrow keys, typing). */
const SAME_STEP_MS = 1_000;

export class Steps<T> {
  private past: T[] = [];
  private future: T[] = [];
  private lastKey = "";
  private lastAt = 0;

  /** Remembers what was before a change. */
  did(before: T, key: string): void {
    const at = performance.now();
    if (!key || key !== this.lastKey || at - this.lastAt > SAME_STEP_MS) this.past = [...this.past.slice(1 - STEPS_MAX), before];
    this.lastKey = key;
    this.lastAt = at;
    this.future = [];
  }

  undo(now: T): T | null {
    const before = this.past.pop();
    if (before === undefined) return null;
    this.future.push(now);
    this.lastKey = "";
    return before;
  }

  redo(now: T): T | null {
    const after = this.future.pop();
    if (after === undefined) return null;
    this.past.push(now);
    this.lastKey = "";
    return after;
  }

  clear(): void {
    this.past = [];
    this.future = [];
    this.lastKey = "";
  }

  get counts(): { past: number; future: number } {
    return { past: this.past.length, future: this.future.length };
  }
}
