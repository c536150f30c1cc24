// Sound that rises and vibration while an offer waits; the screen stays on where the browser allows it.

let context: AudioContext | null = null;
let ringing: ReturnType<typeof setInterval> | undefined;
let round = 0;

function beep(frequency: number, at: number, volume: number): void {
  if (!context) return;
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = "square";
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.22);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.23);
}

/** One signal, louder each time. Browsers stay silent until the page was touched once. */
export function signalOnce(): void {
  context = context ?? new AudioContext();
  void context.resume();
  const volume = Math.min(0.5, 0.12 + round * 0.05);
  const start = context.currentTime;
  [660, 880, 1100].forEach((frequency, i) => beep(frequency, start + i * 0.2, volume));
  if (navigator.vibrate) navigator.vibrate([300, 120, 300, 120, 500]);
}

export function ring(on: boolean): void {
  if (on === (ringing !== undefined)) return;
  clearInterval(ringing);
  ringing = undefined;
  round = 0;
  if (!on) return;
  signalOnce();
  ringing = setInterval(() => {
    round += 1;
    signalOnce();
  }, 2_000);
}

interface WakeLock {
  request(kind: "screen"): Promise<unknown>;
}

export const wakeLock = (): WakeLock | undefined => (navigator as unknown as { wakeLock?: WakeLock }).wakeLock;

/** Keeps the screen on; asked for again each time the page comes to the front. */
export function stayAwake(): void {
  const ask = (): void => {
    if (document.visibilityState === "visible") wakeLock()?.request("screen").catch(() => undefined);
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
