// Canned words between the control room and a handheld. A phrase travels as its code and is read in the
// language of whoever reads it.

import { named, type Name } from "./i18n";

const FROM_FLOOR: Record<string, [string, string]> = {
  delayed: ["我会晚一点到", "I am delayed"],
  need_hands: ["请派人帮忙", "Please send another pair of hands"],
  nobody_there: ["现场没有找到人", "Nobody is there"],
  item_missing: ["物品不在，或已损坏", "The item is missing or broken"],
  way_blocked: ["路不通", "The way is blocked"],
  call_me: ["请呼叫我", "Please call me"],
  understood: ["明白", "Understood"],
};

const FROM_DESK: Record<string, [string, string]> = {
  come_to_desk: ["请到服务台", "Please come to the desk"],
  where_are_you: ["您现在在哪里？", "Where are you?"],
  customer_moved: ["顾客换了位置", "The customer has moved"],
  stay_there: ["请原地等待", "Please stay where you are"],
  help_comes: ["帮手马上到", "Help is on the way"],
  leave_now: ["请立即离开现场", "Leave there at once"],
  thanks: ["辛苦了，谢谢", "Well done, thank you"],
  understood: ["明白", "Understood"],
};

/** Written by the handheld itself, or by the dispatcher to a zone lead. */
const OTHERS: Record<string, [string, string]> = {
  colleague_silent: ["同事没有应答", "A colleague does not answer"],
  nobody_goes: ["还没有人去", "Nobody goes there yet"],
  kit_missing: ["随身装备不全", "My kit is not complete"],
};

export const PHRASES_FROM_FLOOR = Object.keys(FROM_FLOOR);
export const PHRASES_FROM_DESK = Object.keys(FROM_DESK);

const ALL: Record<string, [string, string]> = { ...FROM_FLOOR, ...FROM_DESK, ...OTHERS };

/** A text as it is read: the phrase in words, then what was added. */
export function textOf(one: { phrase: string; text: string }): string {
  const [zh, en] = ALL[one.phrase] ?? [one.phrase, one.phrase];
  const name: Name = { zh, en };
  return [named(name), one.text].filter(Boolean).join(" · ");
}
