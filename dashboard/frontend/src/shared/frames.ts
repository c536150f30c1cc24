// Binary position frames of the live map (docs/screens-api.md): little-endian, header of 24 bytes, then
// records that readers step through by the stride the header names, so that fields can be added at the end.

export const KEY_FRAME = 1;
export const CHANGES = 2;
export const LEFT = 3;

const HEADER_BYTES = 24;
const RECORD_BYTES = 12;
const VERSION = 1;

/** Who a dot is: bits 0 to 2 of the state byte. */
export const CLASS = { staff: 0, asset: 1, loan: 2, app: 3 } as const;

/** How a dot is: bits 3 to 5 of the state byte, in the order of the unit statuses. */
export const STATUS = [
  "available",
  "offered",
  "en_route_to_item",
  "en_route",
  "on_scene",
  "returning_item",
  "on_break",
  "off_duty",
] as const;

export interface Frame {
  kind: number;
  floor: number;
  replay: boolean;
  simulated: boolean;
  number: number;
  atMs: number;
  revision: number;
  count: number;
  slot: Uint16Array;
  state: Uint8Array;
  /** 95 % radius in decimetres, 255 = that or more. */
  r95: Uint8Array;
  x: Uint16Array;
  y: Uint16Array;
  /** Decimetres per second. */
  vx: Int8Array;
  vy: Int8Array;
  /** Tenths of a second since the newest observation. */
  age: Uint16Array;
}

/** The frames that stand back to back in `buffer`; what cannot be read ends the list. */
export function decodeFrames(buffer: ArrayBuffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + HEADER_BYTES <= buffer.byteLength; ) {
    const view = new DataView(buffer, at);
    const length = HEADER_BYTES + view.getUint16(16, true) * view.getUint16(18, true);
    const frame = at + length <= buffer.byteLength ? decodeFrame(view) : null;
    if (!frame) break;
    frames.push(frame);
    at += length;
  }
  return frames;
}

function decodeFrame(view: DataView): Frame | null {
  const kind = view.getUint8(0);
  const count = view.getUint16(16, true);
  const stride = view.getUint16(18, true);
  const full = kind !== LEFT;
  if (view.getUint8(1) !== VERSION || (count > 0 && stride < (full ? RECORD_BYTES : 2))) return null;
  const flags = view.getUint8(3);
  const n = full ? count : 0;
  const frame: Frame = {
    kind,
    floor: view.getUint8(2),
    replay: (flags & 1) !== 0,
    simulated: (flags & 2) !== 0,
    number: view.getUint32(4, true),
    atMs: view.getFloat64(8, true),
    revision: view.getUint32(20, true),
    count,
    slot: new Uint16Array(count),
    state: new Uint8Array(n),
    r95: new Uint8Array(n),
    x: new Uint16Array(n),
    y: new Uint16Array(n),
    vx: new Int8Array(n),
    vy: new Int8Array(n),
    age: new Uint16Array(n),
  };
  for (let i = 0, at = HEADER_BYTES; i < count; i++, at += stride) {
    frame.slot[i] = view.getUint16(at, true);
    if (!full) continue;
    frame.state[i] = view.getUint8(at + 2);
    frame.r95[i] = view.getUint8(at + 3);
    frame.x[i] = view.getUint16(at + 4, true);
    frame.y[i] = view.getUint16(at + 6, true);
    frame.vx[i] = view.getInt8(at + 8);
    frame.vy[i] = view.getInt8(at + 9);
    frame.age[i] = view.getUint16(at + 10, true);
  }
  return frame;
}
