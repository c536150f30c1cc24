// One panel alone, on a second monitor; its connection is its own, and it says so when that is gone.

import { AlarmPanel } from "./alarmpanel";
import type { Panel } from "./beside";
import { Help } from "./help";
import { MapPanel, StaleBanner } from "./mappanel";
import { Queue } from "./queue";
import { Stack, stackShown } from "./stack";
import { Lines, StatusLine } from "./statusline";

export function Own({ panel }: { panel: Panel }) {
  return (
    <div class={`console own own-${panel}`}>
      {panel === "queue" && <Queue />}
      {panel === "map" && <MapPanel />}
      {panel === "alarms" && (
        <aside class="side">
          <AlarmPanel />
        </aside>
      )}
      {panel !== "map" && <StaleBanner />}
      <StatusLine />
      {stackShown.value && <Stack />}
      <Help />
      <Lines />
    </div>
  );
}
