// Causes of trouble with gateways, and of what the ingest drops, in words; with the cure where there is one.

import { named } from "../shared/i18n";

const FINDINGS: Record<string, [string, string]> = {
  never_heard: ["从未收到：检查供电、网络和地址", "never heard: check power, network and its address"],
  not_installed: ["不在场地文件中：请登记", "not in the site file: register it"],
  network: ["多个网关同时断开：检查网络或消息服务器", "many went at once: check network or broker"],
  last_will: ["断开连接：检查供电和网络", "disconnected: check power and network"],
  no_message: ["没有消息：检查供电和网络", "no message: check power and network"],
  radio_deaf: ["在线但听不到信标：重启，检查天线", "online but hears nothing: restart it, check the antenna"],
  clock_off: ["时钟不准：设置时间服务器", "clock is off: set a time server"],
  clock_steps: ["时钟跳动：检查时间服务器", "clock jumps: check the time server"],
  one_kind: ["只听到一种信标：检查过滤设置", "hears only one kind: check its filter"],
  moved: ["听定位锚点的信号变了：是否被移动、转向或遮挡", "hears the anchored tags otherwise: moved, turned or covered?"],
  hears_less: ["听到的比平时少：是否被移动或遮挡", "hears less than usual: moved or covered?"],
  refused: ["消息被拒绝：检查账号和主题", "messages refused: check account and topic"],
  duplicates: ["重复发送：检查是否连了两次", "sends everything twice: connected twice?"],
  unreadable: ["消息无法读取：检查格式设置", "messages cannot be read: check the format"],
};

const DROPS: Record<string, [string, string]> = {
  not_enrolled: ["未登记设备", "not enrolled"],
  duplicate: ["重复", "duplicate"],
  too_old: ["过旧", "too old"],
  old_button: ["旧按键", "old button press"],
  unknown_gateway: ["未知网关", "unknown gateway"],
  unknown_format: ["未知格式", "unknown format"],
  gateway_mismatch: ["网关与主题不符", "gateway does not match topic"],
  bad_columns: ["列错误", "bad columns"],
  bad_message: ["消息错误", "bad message"],
  retained: ["保留消息", "retained"],
  too_long: ["过长", "too long"],
};

const text = (table: Record<string, [string, string]>, code: string): string => {
  const known = table[code];
  return known ? named({ zh: known[0], en: known[1] }) : code.replaceAll("_", " ");
};

export const findingText = (code: string): string => text(FINDINGS, code);
export const dropText = (code: string): string => text(DROPS, code);
