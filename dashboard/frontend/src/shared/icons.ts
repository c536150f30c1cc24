// Icons as stroke paths in a box of 24 x 24: drawn by SVG in the panels and by canvas on the map.

const SERVICES: Record<string, string> = {
  wheelchair: "M10 5.2a1.7 1.7 0 1 0 0-.01M10 8.5V14h5.5l2.5 6M10 11h5M7.6 11.6a5 5 0 1 0 6.9 6.4",
  power_bank: "M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM13 7l-3.2 5.2h4.4L11 17",
  umbrella: "M12 2.5v2M3 13a9 8.5 0 0 1 18 0zM12 13v6a2 2 0 0 1-4 0",
  stroller: "M3 4h2.5l2.7 10H18M8 13a9 9 0 0 1 10-9v9M9.5 19a1.6 1.6 0 1 0 0-.01M16.5 19a1.6 1.6 0 1 0 0-.01",
  reading_glasses: "M2.5 14a3.7 3.7 0 1 0 7.4 0a3.7 3.7 0 1 0-7.4 0M14.1 14a3.7 3.7 0 1 0 7.4 0a3.7 3.7 0 1 0-7.4 0M9.9 13c1.2-1 3-1 4.2 0M2.8 12.6L5 7M21.2 12.6L19 7",
  luggage: "M7 8h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM9.5 8V3.5h5V8M10 12v4M14 12v4M9 20v1.5M15 20v1.5",
  lost_child: "M12 7.6a2.4 2.4 0 1 0 0-4.8a2.4 2.4 0 0 0 0 4.8zM12 10v5.5M7.5 12.5L12 10l4.5 2.5M9 21.5l3-6 3 6",
  lost_property: "M5 9h14l1 11.5H4zM8.5 9V6.5a3.5 3.5 0 0 1 7 0V9M10.6 13.3a1.5 1.5 0 1 1 2 1.4c-.4.2-.6.5-.6 1M12 17.8v.1",
  cleaning: "M16.5 2.5l-4 8.5M8 11h8l2 10H4.5c2-2.5 3-6 3.5-10zM9.5 16l-1 5M13.5 16v5",
  complaint: "M4 4.5h16v11.5H10.5L6 20v-4H4zM12 7.5v4M12 13.4v.1",
  medical: "M9.3 3.5h5.4v5.8h5.8v5.4h-5.8v5.8H9.3v-5.8H3.5V9.3h5.8z",
  security: "M12 2.8l7.5 2.9v6c0 4.9-3.3 7.9-7.5 9.5c-4.2-1.6-7.5-4.6-7.5-9.5v-6zM8.6 11.8l2.5 2.5 4.4-4.8",
};

const CONTROLS = {
  help: "M12 21.5a9.5 9.5 0 1 0 0-19a9.5 9.5 0 0 0 0 19zM9.4 9.4a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .8-1 1.6M12 16.7v.1",
  people: "M9 11a3.3 3.3 0 1 0 0-6.6A3.3 3.3 0 0 0 9 11zM2.5 20c0-3.6 2.8-6 6.5-6s6.5 2.4 6.5 6M16 4.8a3.2 3.2 0 0 1 0 6M18 14.5c2.2.7 3.5 2.7 3.5 5.5",
  gateway: "M12 14v7M8.5 21h7M12 12.5a1.2 1.2 0 1 0 0-.01M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M5.7 18a8.7 8.7 0 0 1 0-12M18.3 6a8.7 8.7 0 0 1 0 12",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  lift: "M4.5 3h15v18h-15zM12 3v18M7 9.5l1.3-2 1.3 2M14.4 14.5l1.3 2 1.3-2",
  escalator: "M3 19h4.5L17 7h4M9 8.5a1.4 1.4 0 1 0 0-.01",
  stairs: "M3 20h4.5v-4.5H12V11h4.5V6.5H21",
  ramp: "M3 19h18V8z",
  layers: "M12 3l9 5-9 5-9-5zM3.5 12.5L12 17l8.5-4.5M3.5 16.8L12 21l8.5-4.2",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9a4.5 4.5 0 0 0 0 9zM12 1.8v2.4M12 19.8v2.4M1.8 12h2.4M19.8 12h2.4M4.8 4.8l1.7 1.7M17.5 17.5l1.7 1.7M19.2 4.8l-1.7 1.7M6.5 17.5l-1.7 1.7",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  walk: "M13 5.2a1.6 1.6 0 1 0 0-.01M12.5 8l-2 6 3.5 3v4.5M10.5 14l-1 3-3 4M12.5 8L9 9.5 7.5 13M12.5 8l2 3 3 1",
  clock: "M12 21a9 9 0 1 0 0-18a9 9 0 0 0 0 18zM12 7v5l3.5 2",
  target: "M12 19a7 7 0 1 0 0-14a7 7 0 0 0 0 14zM12 2v5M12 17v5M2 12h5M17 12h5",
  out: "M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5",
  sound: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 0 1 0 6M18.6 6.5a8 8 0 0 1 0 11",
  window: "M3 6h11v9H3zM9 19h12V9h-4",
  mute: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9.5l5 5M21 9.5l-5 5",
  camera: "M4 7.5h3.5L9.5 5h5l2 2.5H20a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1zM12 16.5a3.7 3.7 0 1 0 0-7.4a3.7 3.7 0 0 0 0 7.4z",
  microphone: "M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21M8.5 21h7",
  pin: "M12 21.5c4.5-5 7-8.4 7-11.5a7 7 0 0 0-14 0c0 3.1 2.5 6.5 7 11.5zM12 12.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5z",
  phone: "M6.5 3h3l1.5 4.5-2 1.5c1 2.5 3 4.5 5.5 5.5l1.5-2 4.5 1.5v3c0 2-1.5 3.5-3.5 3.5C10 20 4 14 3.5 7 3.4 4.7 4.7 3 6.5 3z",
  message: "M4 4.5h16v11.5H10.5L6 20v-4H4zM8 8.5h8M8 12h5",
  warning: "M12 3.5l9.5 16.5h-19zM12 10v4.5M12 17.2v.1",
  fire: "M12 21c-4 0-6.5-2.6-6.5-6.2 0-3 2-5 3.5-7.3.4 1.7 1 2.5 2 3C11.5 7.5 12 5 11.5 2.5c3.5 2 7 6.5 7 11.5 0 4.5-2.5 7-6.5 7z",
};

export type ControlIcon = keyof typeof CONTROLS;

/** The path of a service's icon by its icon name; a question mark for one that is not known. */
/** What a service may be drawn with. */
export const SERVICE_ICONS: readonly string[] = Object.keys(SERVICES);

export const servicePath = (icon: string): string => SERVICES[icon] ?? CONTROLS.help;

export const controlPath = (icon: ControlIcon): string => CONTROLS[icon];
