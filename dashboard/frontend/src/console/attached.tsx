// A photo or spoken note in a call's timeline. It is opened by a press, not shown at once: who looked is kept.

import { Icon } from "../shared/icon";
import type { TimelineEntry } from "../shared/protocol";
import { t } from "./texts";

export function Attached({ entry }: { entry: TimelineEntry }) {
  if (entry.kind !== "FileAttached") return null;
  const [what, fileId] = entry.detail.split(" ");
  const voice = what === "voice";
  return (
    <a class="attached" href={`/api/attachments/${fileId}`} target="_blank" rel="noopener">
      <Icon name={voice ? "microphone" : "camera"} size={16} /> {t(voice ? "file.voice" : "file.photo")}
    </a>
  );
}
