// The words of the hand-over page.

import { translator } from "../shared/i18n";

const zh = {
  "hand.feedback": "未完成的整改",
  "hand.note": "给下一班的话",
  "hand.sign": "签收接班",
  "hand.signed": "已签收",
  "hand.title": "交班",
  "hand.print": "打印",
  "hand.at": "{time} · {name}",
  "hand.open": "未完成的呼叫",
  "hand.shelved": "搁置的告警",
  "hand.site": "停用的电梯和通道",
  "hand.gateways": "异常的网关",
  "hand.absent": "休息或下班的人员",
  "hand.stock": "没有库存的物品",
  "hand.hour": "最近一小时",
  "hand.figures": "结束 {closed} 个，响应中位数 {median}，超时 {late} 个",
  "hand.none": "无",
};

const en: Record<keyof typeof zh, string> = {
  "hand.feedback": "To be put right",
  "hand.note": "A note for the record",
  "hand.sign": "I take over",
  "hand.signed": "Signed",
  "hand.title": "Hand-over",
  "hand.print": "Print",
  "hand.at": "{time} · {name}",
  "hand.open": "Open calls",
  "hand.shelved": "Shelved alarms",
  "hand.site": "Closed lifts and ways",
  "hand.gateways": "Gateways in trouble",
  "hand.absent": "On break or off duty",
  "hand.stock": "Items out of stock",
  "hand.hour": "The last hour",
  "hand.figures": "{closed} closed, median response {median}, {late} late",
  "hand.none": "none",
};

export type HandKey = keyof typeof zh;
export const th = translator<HandKey>(zh, en);
