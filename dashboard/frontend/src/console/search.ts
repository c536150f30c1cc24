// Finding a place by what it is called: Chinese, English, or the initials of its pinyin (xbk → 星巴克).

import { computed } from "@preact/signals";
import type { Place } from "../shared/protocol";
import { named } from "../shared/i18n";
import type { Point } from "../shared/site";
import * as state from "./state";

export interface Found {
  key: string;
  text: string;
  place: Place;
}

interface Entry extends Found {
  words: string;
}

const SHOWN = 7;

/** The first character of each letter's range when Chinese is sorted by pinyin. */
const FIRSTS = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const collator = new Intl.Collator("zh-Hans-CN-u-co-pinyin");

/** The initials of a Chinese text's pinyin, other letters as they are. */
export function initials(text: string): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x4e00 || code > 0x9fff) {
      out += char;
      continue;
    }
    let at = FIRSTS.length - 1;
    while (at > 0 && collator.compare(char, FIRSTS[at] as string) < 0) at--;
    out += LETTERS[at];
  }
  return out.toLowerCase();
}

function middle(ring: Point[]): Point {
  const xs = ring.map(([x]) => x);
  const ys = ring.map(([, y]) => y);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

const entries = computed<Entry[]>(() => {
  const site = state.site.value;
  if (!site) return [];
  const made: Entry[] = site.spots.map((spot) => ({
    key: `spot ${spot.spot}`,
    text: named(spot.name),
    words: `${spot.floor} ${spot.name.zh} ${spot.name.en} ${initials(spot.name.zh)}`.toLowerCase(),
    place: { floor: spot.floor, x_m: spot.x_m, y_m: spot.y_m, spot: spot.spot },
  }));
  for (const floor of site.floors) {
    for (const space of floor.spaces) {
      if (!space.name || space.category === "walkway" || space.category === "opentobelow") continue;
      const [x_m, y_m] = middle(space.polygon.outer);
      const words = `${floor.floor} ${space.name.zh} ${space.name.en} ${initials(space.name.zh)}`.toLowerCase();
      made.push({ key: `space ${floor.floor} ${space.space_id}`, text: named(space.name), words, place: { floor: floor.floor, x_m, y_m, spot: null } });
    }
  }
  return made;
});

/** The places whose name has every word of the query, those on the shown floor first. */
export function findPlaces(query: string): Found[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const here = state.floor.value?.floor;
  return entries.value
    .filter((entry) => words.every((word) => entry.words.includes(word)))
    .sort((a, b) => Number(b.place.floor === here) - Number(a.place.floor === here))
    .slice(0, SHOWN);
}
