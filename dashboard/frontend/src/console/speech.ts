// Emergencies are said aloud in the operator's language, by a voice of this computer only: some browsers have
// voices that send the words to a server elsewhere, and what happens here is nobody else's business.

import { computed, signal } from "@preact/signals";
import { lang } from "../shared/i18n";
import { volume } from "./sound";

const synthesis: SpeechSynthesis | undefined = window.speechSynthesis;
const voices = signal<SpeechSynthesisVoice[]>([]);
/** After the first round of the emergency's sound. */
const AFTER_MS = 1_400;
const LEAST = 0.5;

const load = (): void => {
  voices.value = synthesis?.getVoices() ?? [];
};
/** Some browsers know their voices only a while after they were first asked. */
synthesis?.addEventListener("voiceschanged", load);
load();

export const voice = computed(() => voices.value.find((one) => one.localService && one.lang.toLowerCase().startsWith(lang.value)));

let waiting: ReturnType<typeof setTimeout> | undefined;

export function speak(text: string): void {
  hush();
  if (!synthesis || !voice.peek()) return;
  waiting = setTimeout(() => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice.peek() ?? null;
    words.lang = lang.peek() === "zh" ? "zh-CN" : "en-GB";
    words.volume = Math.max(volume.peek(), LEAST);
    synthesis.speak(words);
  }, AFTER_MS);
}

export function hush(): void {
  clearTimeout(waiting);
  synthesis?.cancel();
}
