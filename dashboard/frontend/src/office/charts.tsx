// Charts by uPlot, in the page's own colours; each stands above a table with the same numbers.

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot, { type AlignedData, type Options, type Series } from "uplot";
import { lang } from "../shared/i18n";
import { theme } from "../shared/theme";

export interface Line {
  label: string;
  values: (number | null)[];
  /** A CSS variable of the page. */
  colour: string;
  kind: "bars" | "line" | "points";
  /** Dashes tell lines apart without colour. */
  dash?: number[];
  scale: "wait" | "count";
}

const HEIGHT = 260;

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One column per label; lines and bars over them. */
export function Chart({ title, axis, labels, lines }: { title: string; axis: string; labels: string[]; lines: Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const host = place.current as HTMLDivElement;
    let plot: uPlot | null = null;
    const draw = (): void => {
      plot?.destroy();
      const data = [labels.map((_, i) => i), ...lines.map((line) => line.values)] as AlignedData;
      plot = new uPlot(options(host.clientWidth, axis, labels, lines), data, host);
    };
    const stop = effect(() => {
      void [theme.value, lang.value];
      draw();
    });
    const watch = new ResizeObserver(() => plot?.setSize({ width: host.clientWidth, height: HEIGHT }));
    watch.observe(host);
    return () => {
      stop();
      watch.disconnect();
      plot?.destroy();
    };
  }, [labels.join(), lines.map((line) => line.values.join()).join()]);
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div ref={place} role="img" aria-label={title} />
    </figure>
  );
}

function options(width: number, axis: string, labels: string[], lines: Line[]): Options {
  const ink = css("--muted");
  const grid = { stroke: css("--line"), width: 1 };
  const series: Series[] = lines.map((line) => ({
    label: line.label,
    scale: line.scale,
    stroke: css(line.colour),
    width: line.kind === "bars" ? 0 : 2,
    ...(line.kind === "bars" ? { fill: `${css(line.colour)}66`, paths: uPlot.paths.bars!({ size: [0.7, 60] }) } : {}),
    ...(line.dash ? { dash: line.dash } : {}),
    ...(line.kind === "points" ? { paths: () => null } : {}),
    points: { show: line.kind !== "bars", size: line.kind === "points" ? 9 : 6 },
    spanGaps: false,
  }));
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.6, labels.length - 0.4] },
      wait: { range: (_plot, _min, max) => [0, Math.max(60, max * 1.1)] },
      count: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.3)] },
    },
    axes: [
      { stroke: ink, grid, splits: () => labels.map((_, i) => i), values: () => labels, font: "12px system-ui" },
      { scale: "wait", stroke: ink, grid, font: "12px system-ui" },
      ...(lines.some((line) => line.scale === "count") ? [{ scale: "count", side: 1 as const, stroke: ink, grid: { show: false }, font: "12px system-ui" }] : []),
    ],
    series: [{ label: axis, value: (_plot: uPlot, x: number | null) => (x === null ? "–" : (labels[x] ?? "–")) }, ...series],
  };
}
