// One shape and one colour per role, so that neither has to be seen to tell them apart.
// Colours after Okabe and Ito, lightened where the dark ground asks for it; red is kept for alarms.

export type Shape = "circle" | "diamond" | "plus" | "square" | "triangle";

const PATHS: Record<Shape, string> = {
  circle: "M8 0A8 8 0 1 1-8 0A8 8 0 1 1 8 0Z",
  diamond: "M0-9.5L9.5 0L0 9.5L-9.5 0Z",
  plus: "M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3Z",
  square: "M-7.5-7.5H7.5V7.5H-7.5Z",
  triangle: "M0-9L9.3 7.5H-9.3Z",
};

const PALETTE = ["#56b4e9", "#1cb889", "#f0e442", "#e69f00", "#d58ab4", "#8fa3ff", "#b8a07a"];
const BY_ROLE: Record<string, number> = { service: 0, medic: 1, security: 2, cleaner: 3, lead: 4 };
/** The same hues with enough contrast on white. */
const PALETTE_LIGHT = ["#0072b2", "#00805c", "#8a7f00", "#b06f00", "#a8447c", "#4457c7", "#7a6440"];

export const shapePath = (shape: Shape): string => PATHS[shape];

/** Colour of a role; `order` is its place among the site's roles, for those without a colour of their own. */
export function roleColour(role: string, order: number, dark: boolean): string {
  const index = (BY_ROLE[role] ?? order) % PALETTE.length;
  return (dark ? PALETTE : PALETTE_LIGHT)[index] as string;
}
