// The dispatcher's codes in words: why a command was refused, why somebody was not chosen or let go.
// A code that is not here is shown as it is.

import { named, type Name } from "./i18n";

const REASONS: Record<string, [string, string]> = {
  unknown_service: ["没有这项服务", "no such service"],
  bad_place: ["这个地点走不到", "not a place one can walk to"],
  too_many_calls: ["未完成的呼叫太多", "too many open calls"],
  unknown_call: ["没有这个呼叫", "no such call"],
  unknown_task: ["没有这个任务", "no such task"],
  unknown_offer: ["没有这个询问", "no such offer"],
  unknown_unit: ["没有这名人员", "no such person"],
  unknown_depot: ["没有这个物品点", "no such depot"],
  empty: ["没有内容", "nothing was written"],
  closed: ["呼叫已经结束", "the call is over"],
  not_cleared: ["呼叫还没有完成", "the call is not over yet"],
  already_rated: ["已经评价过", "rated already"],
  already_accepted: ["已经接受", "accepted already"],
  already_assigned: ["已经派给这个人", "is on it already"],
  already_on_scene: ["已经报告到场", "on scene already"],
  already_picked_up: ["已经取到", "picked up already"],
  already_received: ["已经收到", "received already"],
  nothing_to_fetch: ["不需要取物品", "nothing to fetch"],
  nothing_to_return: ["没有要归还的物品", "nothing to return"],
  item_in_use: ["物品正在使用", "the item is in use"],
  taken: ["已有别人去了", "somebody else has it"],
  too_many_files: ["这次呼叫的照片和语音已满", "no more photos or notes for this call"],
  bad_photo: ["这张照片打不开", "this picture cannot be read"],
  no_microphone: ["无法使用麦克风", "the microphone cannot be used"],
  not_yours: ["这不是您的任务", "not this person's task"],
  holds_other_task: ["手上有别的任务", "has another task"],
  not_qualified: ["岗位或技能不符", "role or skill does not fit"],
  no_change: ["没有变化", "nothing to change"],
  on_scene: ["已经到场", "on scene already"],
  forbidden: ["没有权限", "not allowed"],
  bad_request: ["请求有误", "bad request"],
  key_in_use: ["重复的请求", "repeated request"],
  in_replay: ["这是回放，不能操作", "this is a replay: nothing can be changed"],
  chosen: ["最合适", "best choice"],
  chosen_home: ["最合适（按值班位置）", "best choice (by home post)"],
  slower: ["较慢", "slower"],
  busy: ["正忙", "busy"],
  reserved: ["留给别的呼叫", "kept for another call"],
  held: ["已在途中", "on the way already"],
  hedge: ["备选", "second asked"],
  silent: ["手持机没有回应", "handheld does not answer"],
  offered: ["正在询问", "being asked"],
  declined_before: ["刚才拒绝过", "declined before"],
  expired_before: ["刚才没有回应", "did not answer before"],
  off_shift: ["不在班", "off shift"],
  on_break: ["休息中", "on break"],
  no_skill: ["缺少技能", "lacks a skill"],
  no_role: ["岗位不符", "other role"],
  no_route: ["走不到", "no way there"],
  no_item: ["没有物品可取", "no item to fetch"],
  no_fix: ["没有定位", "no position"],
  preempted: ["改派更急的呼叫", "needed for a graver call"],
  replaced: ["由别人接替", "replaced"],
  reassigned: ["改派", "sent elsewhere"],
  someone_arrived: ["已有人到场", "somebody arrived"],
  turned_up: ["自行到场", "turned up"],
  picked_up: ["物品已被取走", "item picked up"],
  cancelled: ["呼叫取消", "call cancelled"],
  given_back: ["本人退回", "given back"],
  operator: ["调度员", "operator"],
  customer: ["顾客", "customer"],
  customer_gone: ["顾客已离开", "customer left"],
  duplicate: ["重复呼叫", "duplicate"],
  mistake: ["误报", "false alarm"],
  solved: ["已自行解决", "solved already"],
  with_customer: ["正在服务顾客", "with a customer"],
  too_far: ["太远", "too far away"],
  not_able: ["做不了", "cannot do it"],
  done: ["已完成", "done"],
  handed_over: ["已移交", "handed over"],
  not_found: ["没找到人", "nobody found"],
  not_needed: ["不需要了", "not needed"],
  delivered: ["已送达", "delivered"],
  seen: ["已看到", "seen"],
};

const asName = ([zh, en]: [string, string]): Name => ({ zh, en });

/** The code in words. */
export function reasonText(code: string): string {
  const known = REASONS[code];
  return known ? named(asName(known)) : code.replace(/_/g, " ");
}

/** "busy:3 off_shift:2" in words, or a single code. */
export function reasonsText(detail: string): string {
  if (!/^\w+:\d+( \w+:\d+)*$/.test(detail)) return reasonText(detail);
  return detail
    .split(" ")
    .map((part) => part.split(":"))
    .map(([code = "", n = ""]) => `${reasonText(code)} ${n}`)
    .join(" · ");
}
