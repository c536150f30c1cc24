// The one WebSocket of a page: subscribes, resumes after a loss, and knows when what it shows is old.

import { signal, type ReadonlySignal } from "@preact/signals";
import { heardServerTime } from "./clock";
import { decodeFrames, type Frame } from "./frames";

export const SUBPROTOCOL = "nearhand.v1";

/** With the quarter second at most until it is noticed, the banner stands within 3 s of the last tick. */
const TICK_LOST_MS = 2_500;
const SILENCE_LIMIT_MS = 10_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_LIMIT_MS = 10_000;

/** What the server says in text; `t` names it. */
export interface TextMessage {
  t: "welcome" | "dict" | "snap" | "ev" | "tick" | "bye" | "refused" | "routes";
  topic?: string;
  kind?: string;
  seq?: number;
  boot?: string;
  /** Microseconds. */
  now?: number;
  data?: unknown;
  [field: string]: unknown;
}

/** live: ticks arrive. late: connected, but no tick for 2.5 s. down: no connection. */
export type Link = "connecting" | "live" | "late" | "down";

export interface StreamEvents {
  text(message: TextMessage): void;
  frame?(frame: Frame): void;
  /** The session has ended: log in again. */
  loggedOut(): void;
  /** The server said what time it is; where this is missing, the screen's clock follows it. */
  told?(serverMs: number): void;
  /** A connection could not be made; perhaps because nobody is logged in. */
  failed(): void;
}

export class Stream {
  private socket: WebSocket | null = null;
  private topics: string[] = [];
  private boot = "";
  /** The last number seen of each topic, to resume after. */
  private readonly seq: Record<string, number> = {};
  private tries = 0;
  private lastTick = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly watch: ReturnType<typeof setInterval>;
  private readonly linkSignal = signal<Link>("connecting");
  /** Server milliseconds of the last tick that was heard: what a stopped screen shows. */
  readonly lastHeard = signal(0);

  constructor(
    private readonly path: string | (() => string),
    private readonly events: StreamEvents,
  ) {
    this.watch = setInterval(() => this.look(), 250);
    addEventListener("online", this.now);
  }

  get link(): ReadonlySignal<Link> {
    return this.linkSignal;
  }

  /** Sets the whole list of topics; only the difference travels. */
  subscribe(topics: string[]): void {
    const before = this.topics;
    this.topics = topics;
    for (const topic of before) if (!topics.includes(topic)) delete this.seq[topic];
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const added = topics.filter((topic) => !before.includes(topic));
    const removed = before.filter((topic) => !topics.includes(topic));
    if (removed.length) this.send({ t: "unsub", topics: removed });
    if (added.length) this.send({ t: "sub", topics: added });
  }

  open(): void {
    clearTimeout(this.retry);
    this.socket?.close();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${typeof this.path === "string" ? this.path : this.path()}`, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket === socket) this.heard(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.closed(event.code);
    };
  }

  close(): void {
    clearTimeout(this.retry);
    clearInterval(this.watch);
    removeEventListener("online", this.now);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
  }

  /** Says something of one's own; whether there was a connection to say it over. */
  say(message: unknown): boolean {
    return this.send(message);
  }

  private readonly now = (): void => {
    if (this.socket && this.socket.readyState > WebSocket.OPEN) this.open();
  };

  private opened(): void {
    this.lastTick = performance.now();
    const resume = this.boot ? { resume: { boot: this.boot, seq: this.seq } } : {};
    this.send({ t: "sub", topics: this.topics, ...resume });
  }

  private heard(data: string | ArrayBuffer): void {
    if (typeof data !== "string") {
      for (const frame of decodeFrames(data)) this.events.frame?.(frame);
      return;
    }
    const message = JSON.parse(data) as TextMessage;
    if (message.t === "welcome") {
      if (message.boot !== this.boot) for (const topic of Object.keys(this.seq)) delete this.seq[topic];
      this.boot = message.boot ?? "";
    }
    if (message.t === "welcome" || message.t === "tick") this.ticked((message.now ?? 0) / 1000);
    if (message.seq !== undefined && !this.inOrder(message.topic ?? message.t, message)) return;
    this.events.text(message);
  }

  /** Keeps the number of a topic; after a gap the topic's whole state is asked for again. */
  private inOrder(topic: string, message: TextMessage): boolean {
    const last = this.seq[topic];
    const seq = message.seq ?? 0;
    if (message.t === "ev" && last !== undefined) {
      if (seq <= last) return false;
      if (seq > last + 1) {
        delete this.seq[topic];
        this.send({ t: "sub", topics: [topic] });
        return false;
      }
    }
    this.seq[topic] = seq;
    return true;
  }

  private ticked(serverMs: number): void {
    this.tries = 0;
    this.lastTick = performance.now();
    this.linkSignal.value = "live";
    this.lastHeard.value = serverMs;
    if (this.events.told) this.events.told(serverMs);
    else heardServerTime(serverMs);
  }

  private closed(code: number): void {
    if (code === 4001 || code === 4003) return this.events.loggedOut();
    if (code === 4009) return location.reload();
    // The first try comes at once; then the wait doubles, with jitter so that pages do not come back in step.
    const wait = this.tries === 0 ? 0 : Math.min(BACKOFF_LIMIT_MS, BACKOFF_FIRST_MS * 2 ** (this.tries - 1));
    if (this.tries > 0) this.events.failed();
    this.tries += 1;
    this.retry = setTimeout(() => this.open(), wait * (0.5 + Math.random() / 2));
  }

  private look(): void {
    const silentMs = performance.now() - this.lastTick;
    if (silentMs < TICK_LOST_MS) return;
    const open = this.socket?.readyState === WebSocket.OPEN;
    this.linkSignal.value = open ? "late" : "down";
    // A connection that is open and dumb (a laptop that slept, a cable pulled) is given up.
    if (open && silentMs > SILENCE_LIMIT_MS) this.closed(this.drop());
  }

  private drop(): number {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    return 1006;
  }

  private send(message: unknown): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
