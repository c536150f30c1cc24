// The map's colours in both themes. The ground is muted so that people and calls stand out; red is for alarms.

import { theme } from "../../shared/theme";

const DARK = {
  ground: "#0f1419",
  plate: "#222b34",
  plateLine: "#4a5967",
  shop: "#182028",
  food: "#1f2026",
  service: "#17252e",
  wc: "#182531",
  void: "#0f1419",
  wall: "#33404c",
  fixture: "#1d2730",
  label: "#8798a7",
  labelHalo: "#131a20",
  ink: "#e3e9ee",
  panel: "#161d24",
  muted: "#8a99a7",
  accent: "#56b4e9",
  good: "#1cb889",
  soon: "#e69f00",
  alarm: "#ff5a52",
  alarmFill: "#c8322b",
  customer: "#c9d3dc",
  asset: "#8fa3b5",
  density: [86, 180, 233] as [number, number, number],
};

const LIGHT: typeof DARK = {
  ground: "#e8ecf0",
  plate: "#ffffff",
  plateLine: "#9aa8b5",
  shop: "#eef1f4",
  food: "#f5f0ea",
  service: "#e6f0f5",
  wc: "#e9eff7",
  void: "#dde3e8",
  wall: "#c6cfd7",
  fixture: "#e2e7ec",
  label: "#5b6b79",
  labelHalo: "#ffffff",
  ink: "#16202a",
  panel: "#ffffff",
  muted: "#5b6b79",
  accent: "#0072b2",
  good: "#00805c",
  soon: "#b06f00",
  alarm: "#c8201a",
  alarmFill: "#c8201a",
  customer: "#55626e",
  asset: "#6d7f90",
  density: [0, 90, 150],
};

export const colours = (): typeof DARK => (theme.value === "dark" ? DARK : LIGHT);
