// What is seen and said on scene: a photo, half a minute of speech. Queued like every other action.

import { signal } from "@preact/signals";
import { Icon } from "../shared/icon";
import { refused, wish } from "./outbox";
import type { MyCall } from "./state";
import { t } from "./texts";

/** Enough to read a label by, small enough for a poor connection. */
const EDGE_PX = 1280;
const QUALITY = 0.72;
const SPEECH_MS = 30_000;
const SPEECH_BITS_PER_S = 24_000;
const SOUNDS = ["audio/webm", "audio/mp4", "audio/ogg"];

const recorder = signal<MediaRecorder | null>(null);
let kept: Promise<void> = Promise.resolve();

/** Drawn anew: smaller, and without what the camera wrote into it (place, device). */
async function smaller(file: File): Promise<Blob | null> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(1, EDGE_PX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

const attach = (callId: string, what: "photo" | "voice", file: Blob): void => wish({ type: "AttachFile", call_id: callId, what }, file);

async function photo(callId: string, input: HTMLInputElement): Promise<void> {
  const chosen = input.files?.[0];
  input.value = "";
  const made = chosen && (await smaller(chosen));
  if (made) attach(callId, "photo", made);
  else if (chosen) refused.value = "bad_photo";
}

/** Browsers give the microphone to secure pages only. */
const canRecord = (): boolean => typeof MediaRecorder !== "undefined" && navigator.mediaDevices !== undefined;

async function speak(callId: string): Promise<void> {
  if (recorder.value) return recorder.value.stop();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const mimeType = SOUNDS.find((one) => MediaRecorder.isTypeSupported(one));
    const running = new MediaRecorder(stream, { audioBitsPerSecond: SPEECH_BITS_PER_S, ...(mimeType && { mimeType }) });
    const parts: Blob[] = [];
    running.ondataavailable = (event) => parts.push(event.data);
    kept = new Promise((resolve) => {
      running.onstop = () => {
        for (const track of stream.getTracks()) track.stop();
        recorder.value = null;
        attach(callId, "voice", new Blob(parts, { type: running.mimeType.split(";")[0] ?? "" }));
        resolve();
      };
    });
    recorder.value = running;
    running.start();
    setTimeout(() => running.state === "recording" && running.stop(), SPEECH_MS);
  } catch {
    refused.value = "no_microphone";
  }
}

/** What is being said belongs to the call and goes before the word that the call is done. */
export async function endSpeech(): Promise<void> {
  if (!recorder.value) return;
  recorder.value.stop();
  await kept;
}

export function Attach({ call }: { call: MyCall }) {
  const speaking = recorder.value !== null;
  return (
    <div class="pair attach">
      <label class="button">
        <input type="file" accept="image/*" capture="environment" class="visually-hidden" data-act="photo" onChange={(event) => void photo(call.call_id, event.currentTarget)} />
        <Icon name="camera" size={24} /> {t("attach.photo")}
      </label>
      {canRecord() && (
        <button data-act="voice" aria-pressed={speaking} onClick={() => void speak(call.call_id)}>
          <Icon name="microphone" size={24} /> {t(speaking ? "attach.stop" : "attach.voice")}
        </button>
      )}
      {call.files > 0 && <p class="muted files">{t("attach.count", { n: call.files })}</p>}
    </div>
  );
}
