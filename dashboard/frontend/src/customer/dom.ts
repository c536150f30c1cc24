// Elements in one call: h("button", { class: "big", onclick: … }, "text", child).

type Child = Node | string | null | false;

export function h(tag: string, attributes: Record<string, unknown>, ...children: Child[]): HTMLElement {
  const made = document.createElement(tag);
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (typeof value === "function") (made as unknown as Record<string, unknown>)[key] = value;
    else if (value !== null && value !== false) made.setAttribute(key, String(value));
  }
  for (const child of children) if (child) made.append(child);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const key of Object.keys(attributes)) made.setAttribute(key, String(attributes[key]));
  made.append(...children);
  return made;
}

export const icon = (path: string, size: number): SVGElement =>
  svg("svg", { class: "icon", width: size, height: size, viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
