// What stands out on the map, drawn singly: staff, calls with their rings, gateways, ways, closures.

import { CLASS, STATUS } from "../../shared/frames";
import { serverNow } from "../../shared/clock";
import { named } from "../../shared/i18n";
import { controlPath, servicePath, type ControlIcon } from "../../shared/icons";
import { ringText } from "../../shared/ring";
import { roleColour, shapePath } from "../../shared/shapes";
import { slaOf, type Sla } from "../../shared/sla";
import type { CallChanged } from "../../shared/protocol";
import { theme } from "../../shared/theme";
import { following } from "../actions";
import { dots } from "../dots";
import * as state from "../state";
import { draft, hanging, layers, routes } from "./layers";
import { colours } from "./colours";
import { textWidthPx } from "./floorlayer";
import type { Eye } from "./view";

export interface Hit {
  kind: "call" | "unit" | "gateway";
  id: string;
  x: number;
  y: number;
  radius: number;
}

const FONT = '"Noto Sans SC","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
const STALE_AFTER_S = 15;
const OTHERS_ALPHA = 0.4;
const paths = new Map<string, Path2D>();

function path(data: string): Path2D {
  let made = paths.get(data);
  if (!made) paths.set(data, (made = new Path2D(data)));
  return made;
}

type Box = [number, number, number, number];

/** Paints one frame; afterwards `hits` says what can be clicked, topmost last. */
export class Marks {
  hits: Hit[] = [];
  private context!: CanvasRenderingContext2D;
  private eye!: Eye;
  private now = 0;
  private boxes: Box[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {}

  paint(eye: Eye, now: number, hovered: string | null): void {
    const width = Math.round(eye.width * eye.ratio);
    const height = Math.round(eye.height * eye.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    context.setTransform(eye.ratio, 0, 0, eye.ratio, 0, 0);
    context.clearRect(0, 0, eye.width, eye.height);
    this.context = context;
    this.eye = eye;
    this.now = now;
    this.hits = [];
    this.boxes = [];
    const floor = state.floor.peek();
    if (!floor) return;
    this.connectors(floor.floor);
    if (layers.peek().depots) this.depots(floor.floor);
    if (layers.peek().gateways) this.gateways(floor.floor);
    if (draft.peek()) this.spots(floor.floor);
    this.ways(floor.i);
    const calls = state.openCalls.peek().filter((call) => call.place.floor === floor.floor);
    this.links(calls);
    const staff = dots.present.filter((slot) => ((dots.state[slot] as number) & 7) === CLASS.staff);
    for (const slot of staff) this.person(slot);
    for (const call of calls) this.call(call);
    this.names(staff, hovered);
    this.wanted(floor.floor);
  }

  private px(x: number): number {
    return (x - this.eye.x) / this.eye.resolution + this.eye.width / 2;
  }

  private py(y: number): number {
    return (this.eye.y - y) / this.eye.resolution + this.eye.height / 2;
  }

  private inView(x: number, y: number, margin = 30): boolean {
    return x > -margin && y > -margin && x < this.eye.width + margin && y < this.eye.height + margin;
  }

  private icon(data: string, x: number, y: number, size: number, colour: string, width = 2): void {
    const { context } = this;
    context.save();
    context.translate(x - size / 2, y - size / 2);
    context.scale(size / 24, size / 24);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.stroke(path(data));
    context.restore();
  }

  private badge(icon: ControlIcon | string, x: number, y: number, fill: string, ink: string, size = 18): void {
    const { context } = this;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(x - size / 2, y - size / 2, size, size, 4);
    context.fill();
    this.icon(icon in ICONS ? controlPath(icon as ControlIcon) : icon, x, y, size - 5, ink, 2.2);
  }

  private connectors(floor: string): void {
    if (this.eye.resolution > 0.7) return;
    const c = colours();
    const closed = new Set(state.closures.peek().connectors);
    for (const connector of state.site.peek()?.connectors ?? []) {
      for (const stop of connector.stops) {
        if (stop.floor !== floor) continue;
        const [x, y] = [this.px(stop.at[0]), this.py(stop.at[1])];
        if (!this.inView(x, y)) continue;
        const shut = closed.has(connector.connector_id) || (state.closures.peek().fire_mode && !connector.fire_safe);
        this.badge(connector.kind, x, y, shut ? c.alarmFill : c.wall, shut ? "#fff" : c.ink, 16);
        if (shut) this.icon(controlPath("close"), x, y, 22, c.alarm, 3);
      }
    }
  }

  private depots(floor: string): void {
    const c = colours();
    for (const depot of state.site.peek()?.depots ?? []) {
      if (depot.floor !== floor) continue;
      const [x, y] = [this.px(depot.x_m), this.py(depot.y_m)];
      if (!this.inView(x, y)) continue;
      const box = depot.kind === "emergency_box";
      this.badge(box ? servicePath("medical") : servicePath("luggage"), x, y, c.panel, box ? c.good : c.accent, 18);
    }
  }

  private gateways(floor: string): void {
    const { context } = this;
    const c = colours();
    const chosen = state.selection.peek();
    for (const row of state.gateways.peek().values()) {
      if (row.floor !== floor || row.x_m === null || row.y_m === null) continue;
      const [x, y] = [this.px(row.x_m), this.py(row.y_m)];
      if (!this.inView(x, y)) continue;
      const health = row.health?.state ?? "unknown";
      const ok = health === "ok";
      const colour = ok ? c.good : health === "unknown" ? c.muted : c.soon;
      context.globalAlpha = ok ? 0.75 : 1;
      this.icon(controlPath("gateway"), x, y, ok ? 15 : 20, colour, 2);
      context.globalAlpha = 1;
      if (chosen?.kind === "gateway" && chosen.id === row.gateway) this.halo(x, y, 15);
      this.hits.push({ kind: "gateway", id: row.gateway, x, y, radius: 11 });
    }
  }

  private spots(floor: string): void {
    const c = colours();
    for (const spot of state.site.peek()?.spots ?? []) {
      if (spot.floor === floor) this.icon(controlPath("pin"), this.px(spot.x_m), this.py(spot.y_m) - 7, 16, c.muted, 2);
    }
  }

  /** The way that the selected unit, or whoever is sent to the selected call, will take. */
  private ways(floor: number): void {
    const { context } = this;
    const c = colours();
    context.lineJoin = "round";
    context.lineCap = "round";
    for (const route of routes.peek().values()) {
      for (const leg of route.legs) {
        if (leg.floor_i !== floor || leg.points.length < 2) continue;
        context.beginPath();
        leg.points.forEach(([x, y], i) => (i ? context.lineTo(this.px(x), this.py(y)) : context.moveTo(this.px(x), this.py(y))));
        context.strokeStyle = c.labelHalo;
        context.lineWidth = 7;
        context.stroke();
        context.strokeStyle = c.accent;
        context.lineWidth = 3;
        context.stroke();
      }
      route.legs.forEach((leg, i) => {
        const next = route.legs[i + 1];
        const end = leg.points[leg.points.length - 1];
        if (leg.connector || !next?.connector || leg.floor_i !== floor || !end) return;
        const to = route.legs[i + 2]?.floor ?? route.target?.floor ?? "";
        this.chip(`→ ${to}`, this.px(end[0]), this.py(end[1]) - 20, c.accent, c.panel);
      });
    }
  }

  /** A thin line from whoever is sent to the place, where both are on this floor. */
  private links(calls: CallChanged[]): void {
    const { context } = this;
    context.setLineDash([2, 5]);
    context.lineWidth = 1.5;
    for (const call of calls) {
      for (const task of call.tasks) {
        const slot = task.unit_id && task.state !== "on_scene" && task.state !== "cleared" ? dots.find(task.unit_id) : -1;
        if (slot < 0 || routes.peek().has(task.unit_id as string)) continue;
        context.strokeStyle = this.roleColour(task.role);
        context.beginPath();
        context.moveTo(this.px(dots.x(slot, this.now)), this.py(dots.y(slot, this.now)));
        context.lineTo(this.px(call.place.x_m), this.py(call.place.y_m));
        context.stroke();
      }
    }
    context.setLineDash([]);
  }

  private roleColour(role: string): string {
    return roleColour(role, state.roleOrder.peek().get(role) ?? 0, theme.peek() === "dark");
  }

  private person(slot: number): void {
    const { context } = this;
    const c = colours();
    const who = dots.who(slot);
    const x = this.px(dots.x(slot, this.now));
    const y = this.py(dots.y(slot, this.now));
    if (!who || !this.inView(x, y)) return;
    const byte = dots.state[slot] as number;
    const status = STATUS[(byte >> 3) & 7];
    const age = dots.age(slot, this.now);
    const stale = byte >> 7 === 1 || age > STALE_AFTER_S;
    const chosen = state.selection.peek();
    const selected = chosen?.kind === "unit" && chosen.id === who.id;
    if (selected || stale) this.uncertainty(slot, x, y, age, selected);
    if (selected) this.halo(x, y, 14);
    const role = state.roleOf.peek().get(who.role ?? "");
    const colour = status === "on_break" || status === "off_duty" ? c.muted : this.roleColour(who.role ?? "");
    context.save();
    // Whoever is followed stands out; the others stay in sight.
    if (following.peek() && following.peek() !== who.id) context.globalAlpha = OTHERS_ALPHA;
    context.translate(x, y);
    const size = selected ? 0.95 : 0.8;
    context.scale(size, size);
    const shape = path(shapePath(role?.shape ?? "circle"));
    context.lineJoin = "round";
    context.strokeStyle = c.labelHalo;
    context.lineWidth = stale ? 6.5 : 4;
    context.stroke(shape);
    if (stale) {
      context.strokeStyle = colour;
      context.lineWidth = 2.8;
      context.stroke(shape);
    } else {
      context.fillStyle = colour;
      context.fill(shape);
    }
    // Whoever is busy has a dark core.
    if (status !== "available" && !stale) {
      context.fillStyle = c.labelHalo;
      context.beginPath();
      context.arc(0, role?.shape === "triangle" ? 2 : 0, 3.2, 0, 7);
      context.fill();
    }
    context.restore();
    this.boxes.push([x - 9, y - 9, x + 9, y + 9]);
    this.hits.push({ kind: "unit", id: who.id, x, y, radius: 13 });
  }

  /** The 95 % circle; it grows while nothing is heard. */
  private uncertainty(slot: number, x: number, y: number, age: number, selected: boolean): void {
    const { context } = this;
    const grown = (dots.r95[slot] as number) / 10 + Math.max(0, age - 2) * 0.5;
    const radius = Math.min(grown, 40) / this.eye.resolution;
    context.beginPath();
    context.arc(x, y, Math.max(radius, 12), 0, 7);
    context.strokeStyle = colours().accent;
    context.globalAlpha = selected ? 0.9 : 0.4;
    context.lineWidth = 1.2;
    context.setLineDash(selected ? [] : [3, 4]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = selected ? 0.12 : 0;
    context.fillStyle = colours().accent;
    context.fill();
    context.globalAlpha = 1;
  }

  private halo(x: number, y: number, radius: number): void {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.strokeStyle = colours().ink;
    context.lineWidth = 2;
    context.stroke();
  }

  private call(call: CallChanged): void {
    const c = colours();
    const x0 = this.px(call.place.x_m);
    const y0 = this.py(call.place.y_m);
    if (!this.inView(x0, y0, 60)) return;
    // Calls at one place stand side by side, each on its own stem.
    let x = x0;
    const y = y0 - 30;
    while (this.hits.some((hit) => hit.kind === "call" && Math.abs(hit.x - x) < 34 && Math.abs(hit.y - y) < 34)) x += 38;
    const { context } = this;
    const sla = slaOf(call, serverNow());
    const medical = call.priority === 1;
    const colour = sla.kind === "late" || medical ? c.alarm : sla.kind === "soon" ? c.soon : sla.kind === "met" ? c.good : c.ink;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x, y + 15);
    context.stroke();
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x0, y0, 3, 0, 7);
    context.fill();
    const chosen = state.selection.peek();
    if (chosen?.kind === "call" && chosen.id === call.call_id) this.halo(x, y, 22);
    this.ring(sla, x, y, medical ? c.alarmFill : c.panel, colour);
    const icon = state.serviceOf.peek().get(call.service)?.icon || call.service;
    this.icon(servicePath(icon), x, y, 18, medical ? "#ffffff" : c.ink, 2);
    if (sla.kind === "late") this.chip(ringText(sla), x, y - 25, c.alarmFill, "#ffffff");
    this.boxes.push([x - 20, y - 20, x + 20, y + 34]);
    this.hits.push({ kind: "call", id: call.call_id, x, y, radius: 19 });
  }

  private ring(sla: Sla, x: number, y: number, fill: string, colour: string): void {
    const { context } = this;
    const r = 16;
    context.fillStyle = fill;
    context.beginPath();
    if (sla.kind === "late") context.rect(x - r, y - r, 2 * r, 2 * r);
    else context.arc(x, y, r, 0, 7);
    context.fill();
    if (sla.kind === "late" || sla.kind === "met") {
      context.strokeStyle = colour;
      context.lineWidth = 2.5;
      context.stroke();
      return;
    }
    context.strokeStyle = colours().wall;
    context.lineWidth = 2;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = sla.kind === "soon" ? 4.5 : 2.8;
    context.beginPath();
    context.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + sla.left * 2 * Math.PI);
    context.stroke();
  }

  private chip(text: string, x: number, y: number, fill: string, ink: string): void {
    const { context } = this;
    const width = textWidthPx(text, 12) + 12;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(x - width / 2, y - 9, width, 18, 4);
    context.fill();
    context.fillStyle = ink;
    context.font = `600 12px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x, y + 0.5);
  }

  /** Names beside people, where there is room: selected and hovered first, then busy, then the others. */
  private names(staff: number[], hovered: string | null): void {
    const { context } = this;
    const c = colours();
    const chosen = state.selection.peek();
    const rank = (slot: number): number => {
      const id = dots.who(slot)?.id;
      if (id === hovered || (chosen?.kind === "unit" && chosen.id === id)) return 0;
      return ((dots.state[slot] as number) >> 3) & 7 ? 1 : 2;
    };
    context.font = `500 12px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const slot of [...staff].sort((a, b) => rank(a) - rank(b) || a - b)) {
      const who = dots.who(slot);
      const text = named(who?.name, who?.id);
      const x = this.px(dots.x(slot, this.now)) + 11;
      const y = this.py(dots.y(slot, this.now));
      if (!this.inView(x, y)) continue;
      const box: Box = [x, y - 7, x + textWidthPx(text, 12) + 2, y + 7];
      if (rank(slot) > 0 && this.boxes.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) continue;
      this.boxes.push(box);
      context.strokeStyle = c.labelHalo;
      context.lineWidth = 3;
      context.strokeText(text, x, y);
      context.fillStyle = rank(slot) < 2 ? c.ink : c.label;
      context.fillText(text, x, y);
    }
  }

  /** Where the call that is being written will be. */
  private wanted(floor: string): void {
    const place = draft.peek()?.place ?? hanging.peek()?.place;
    if (!place || place.floor !== floor) return;
    const x = this.px(place.x_m);
    const y = this.py(place.y_m);
    this.context.fillStyle = colours().accent;
    this.context.beginPath();
    this.context.arc(x, y, 4, 0, 7);
    this.context.fill();
    this.icon(controlPath("pin"), x, y - 15, 32, colours().accent, 2.4);
  }
}

const ICONS = { lift: 1, escalator: 1, stairs: 1, ramp: 1 };
