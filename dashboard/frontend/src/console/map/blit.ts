// Ordinary dots (customers, things): sprites written straight into the pixels of one canvas, or their
// density when there are too many to tell apart.

import { CLASS } from "../../shared/frames";
import { dots } from "../dots";
import { colours } from "./colours";
import type { Eye } from "./view";

/** Above this many in view the eye sees a crowd, not dots; back to dots only well below it. */
const CROWD_FROM = 300;
const CROWD_UNTIL = 240;
const DENSITY_EVERY_MS = 240;
const CELL_PX = 7;
const REACH = 4;

interface Sprite {
  size: number;
  pixels: Uint32Array;
}

export class Blitter {
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  private sprites: Sprite[] = [];
  private spriteKey = "";
  private crowded = false;
  private blank = true;
  private densityFrom = "";
  private densityAt = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Is the density shown? */
  get crowd(): boolean {
    return this.crowded;
  }

  paint(eye: Eye, now: number): void {
    const context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    this.fitTo(eye, context);
    const ordinary = this.inView(eye, now);
    const n = ordinary.length / 3;
    this.crowded = n > CROWD_FROM || (this.crowded && n > CROWD_UNTIL);
    if (n === 0) {
      if (!this.blank) context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this.blank = true;
      return;
    }
    this.blank = false;
    if (!this.crowded) this.densityFrom = "";
    if (this.crowded) this.paintDensity(ordinary, eye, context, now);
    else this.blit(ordinary, eye, context);
  }

  private fitTo(eye: Eye, context: CanvasRenderingContext2D): void {
    const width = Math.round(eye.width * eye.ratio);
    const height = Math.round(eye.height * eye.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    const key = `${eye.ratio} ${colours().customer}`;
    if (key !== this.spriteKey) {
      this.spriteKey = key;
      this.sprites = [CLASS.asset, CLASS.loan, CLASS.app].flatMap((kind) => [sprite(kind, false, eye.ratio), sprite(kind, true, eye.ratio)]);
    }
  }

  /** x, y in CSS pixels and the sprite's number of each ordinary dot in view, flat. */
  private inView(eye: Eye, now: number): number[] {
    const found: number[] = [];
    for (const slot of dots.present) {
      const state = dots.state[slot] as number;
      const kind = state & 7;
      if (kind === CLASS.staff) continue;
      const x = (dots.x(slot, now) - eye.x) / eye.resolution + eye.width / 2;
      const y = (eye.y - dots.y(slot, now)) / eye.resolution + eye.height / 2;
      if (x < 0 || y < 0 || x > eye.width || y > eye.height) continue;
      found.push(x, y, (Math.min(3, kind) - 1) * 2 + (state >> 7));
    }
    return found;
  }

  private blit(ordinary: number[], eye: Eye, context: CanvasRenderingContext2D): void {
    const { pixels, canvas } = this;
    pixels.fill(0);
    for (let i = 0; i < ordinary.length; i += 3) {
      const { size, pixels: stamp } = this.sprites[ordinary[i + 2] as number] as Sprite;
      const left = Math.round((ordinary[i] as number) * eye.ratio - size / 2);
      const top = Math.round((ordinary[i + 1] as number) * eye.ratio - size / 2);
      for (let row = Math.max(0, -top); row < size && top + row < canvas.height; row++) {
        const line = (top + row) * canvas.width + left;
        for (let column = Math.max(0, -left); column < size && left + column < canvas.width; column++) {
          const colour = stamp[row * size + column] as number;
          if (colour >>> 24 > (pixels[line + column] as number) >>> 24) pixels[line + column] = colour;
        }
      }
    }
    context.putImageData(this.image as ImageData, 0, 0);
  }

  /** A crowd changes slowly: worked out anew a few times a second, or when the eye has moved. */
  private paintDensity(ordinary: number[], eye: Eye, context: CanvasRenderingContext2D, now: number): void {
    const seenFrom = `${eye.x} ${eye.y} ${eye.resolution} ${eye.width} ${eye.height}`;
    if (seenFrom === this.densityFrom && now - this.densityAt < DENSITY_EVERY_MS) return;
    this.densityFrom = seenFrom;
    this.densityAt = now;
    this.density(ordinary, eye, context);
  }

  /** People per cell, smoothed by a cone, drawn small and enlarged smoothly. */
  private density(ordinary: number[], eye: Eye, context: CanvasRenderingContext2D): void {
    const columns = Math.ceil(eye.width / CELL_PX);
    const rows = Math.ceil(eye.height / CELL_PX);
    const weight = new Float32Array(columns * rows);
    for (let i = 0; i < ordinary.length; i += 3) {
      const cx = (ordinary[i] as number) / CELL_PX;
      const cy = (ordinary[i + 1] as number) / CELL_PX;
      for (let row = Math.max(0, Math.floor(cy) - REACH); row <= Math.min(rows - 1, Math.floor(cy) + REACH); row++) {
        for (let column = Math.max(0, Math.floor(cx) - REACH); column <= Math.min(columns - 1, Math.floor(cx) + REACH); column++) {
          const distance = Math.hypot(column + 0.5 - cx, row + 0.5 - cy) / REACH;
          if (distance < 1) weight[row * columns + column]! += 1 - distance;
        }
      }
    }
    const small = new OffscreenCanvas(columns, rows);
    const inside = small.getContext("2d") as OffscreenCanvasRenderingContext2D;
    const image = inside.createImageData(columns, rows);
    const [r, g, b] = colours().density;
    for (let i = 0; i < weight.length; i++) {
      const share = 1 - Math.exp(-(weight[i] as number) / 6);
      image.data.set([r, g, b, share * 150], i * 4);
    }
    inside.putImageData(image, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = true;
    context.drawImage(small, 0, 0, columns * CELL_PX * eye.ratio, rows * CELL_PX * eye.ratio);
  }
}

/** Customers are rings, things are small squares; what is old is fainter. */
function sprite(kind: number, stale: boolean, ratio: number): Sprite {
  const size = Math.round(10 * ratio);
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  const c = colours();
  context.scale(ratio, ratio);
  context.globalAlpha = stale ? 0.4 : 0.9;
  if (kind === CLASS.app || kind === CLASS.loan) {
    context.strokeStyle = c.customer;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(5, 5, 2.8, 0, 7);
    context.stroke();
  } else {
    context.fillStyle = c.asset;
    context.fillRect(3, 3, 4, 4);
  }
  return { size, pixels: new Uint32Array(context.getImageData(0, 0, size, size).data.buffer) };
}
