// The ring that every call wears: full to empty is the target time, the time left stands inside; at 70 %
// it becomes thick, past the deadline a square with how late it is. Shape carries it, colour only helps.

import { minutesSeconds } from "./i18n";
import type { Sla } from "./sla";

const R = 20;
const LENGTH = 2 * Math.PI * R;

/** Digits that somebody reads change at most every two seconds, but for the last half minute. */
export function readable(seconds: number): number {
  const whole = Math.floor(seconds);
  return whole > 30 || whole < 0 ? whole - (((whole % 2) + 2) % 2) : whole;
}

export function ringText(sla: Sla): string {
  if (sla.kind === "late") return `+${minutesSeconds(-readable(sla.seconds))}`;
  return minutesSeconds(sla.kind === "met" || sla.kind === "over" ? sla.seconds : readable(sla.seconds));
}

export function Ring({ sla, size = 52, label }: { sla: Sla; size?: number; label?: string }) {
  return (
    <svg class={`ring ring-${sla.kind}`} width={size} height={size} viewBox="-26 -26 52 52" role="img" aria-label={label ?? ringText(sla)}>
      <RingShape sla={sla} />
      <text class="ring-text" text-anchor="middle" dominant-baseline="central">
        {ringText(sla)}
      </text>
    </svg>
  );
}

function RingShape({ sla }: { sla: Sla }) {
  if (sla.kind === "late") return <rect class="ring-square" x={-22} y={-17} width={44} height={34} rx={3} />;
  if (sla.kind === "met") return <circle class="ring-circle" r={R} />;
  if (sla.kind === "over") return <circle class="ring-track" r={R} />;
  // Solid is what will be left when the predicted arrival comes true; dashed is the way until then.
  const sure = Math.min(sla.left, sla.leftAtArrival ?? sla.left);
  return (
    <g transform="rotate(-90)">
      <circle class="ring-track" r={R} />
      <circle class="ring-left" r={R} stroke-dasharray={`${sure * LENGTH} ${LENGTH}`} />
      {sla.left - sure > 0.01 && <path class="ring-way" d={arc(sure, sla.left)} />}
    </g>
  );
}

/** An arc between two shares of the circle, clockwise. */
function arc(from: number, to: number): string {
  const point = (share: number): string => {
    const angle = Math.min(share, 0.9999) * 2 * Math.PI;
    return `${(R * Math.cos(angle)).toFixed(2)} ${(R * Math.sin(angle)).toFixed(2)}`;
  };
  return `M${point(from)}A${R} ${R} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}`;
}
