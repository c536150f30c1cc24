// Icons and role shapes as SVG elements.

import { controlPath, servicePath, type ControlIcon } from "./icons";
import { shapePath, type Shape } from "./shapes";

interface Drawn {
  path: string;
  size?: number;
  width?: number;
}

function Stroke({ path, size = 20, width = 1.8 }: Drawn) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} fill="none" stroke="currentColor" stroke-width={width} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export const Icon = ({ name, size }: { name: ControlIcon; size?: number }) => (
  <Stroke path={controlPath(name)} {...(size ? { size } : {})} />
);

export const ServiceIcon = ({ icon, size }: { icon: string; size?: number }) => (
  <Stroke path={servicePath(icon)} {...(size ? { size } : {})} />
);

/** The shape of a role, filled with its colour; the same as on the map. */
export function RoleShape({ shape, colour, size = 14, hollow = false }: { shape: Shape; colour: string; size?: number; hollow?: boolean }) {
  return (
    <svg class="role-shape" width={size} height={size} viewBox="-10 -10 20 20" aria-hidden="true" focusable="false">
      <path d={shapePath(shape)} fill={hollow ? "none" : colour} stroke={colour} stroke-width={hollow ? 3 : 1} stroke-linejoin="round" />
    </svg>
  );
}
