// What stands in the audit, in words. Facts of the journal have theirs in shared/facts.ts.

import { factWord } from "../shared/facts";
import { translator } from "../shared/i18n";

const zh = {
  log_in: "登录",
  log_in_refused: "登录被拒绝",
  log_out: "退出",
  follow: "跟随某人",
  open_call: "查看呼叫",
  open_unit: "查看人员",
  route: "查看路线",
  replay: "查看回放",
  take_over: "接班",
  export_incident: "导出事件",
  open_incident: "查看当时的决策",
  audit_exported: "导出审计",
  alarm_ack: "确认告警",
  alarm_shelve: "搁置告警",
  alarm_unshelve: "取消搁置",
  add_user: "新账号",
  disable_user: "停用账号",
  enable_user: "启用账号",
  password_user: "换密码",
  rules_published: "发布规则",
  rules_discarded: "放弃规则草稿",
  site_published: "发布场地",
  site_restored: "恢复旧版本",
  draft_discarded: "放弃场地草稿",
  map_imported: "导入地图",
  walk_started: "开始步测",
  calibration_accepted: "采用校准",
  calibration_rolled_back: "退回校准",
  configure_gateway: "配置网关",
  gateway_door: "查看网关地址",
  device_link: "生成设备链接",
};

const en: Record<keyof typeof zh, string> = {
  log_in: "logged in",
  log_in_refused: "log-in refused",
  log_out: "logged out",
  follow: "followed a person",
  open_call: "opened a call",
  open_unit: "opened a person",
  route: "looked at a route",
  replay: "looked at the past",
  take_over: "took over",
  export_incident: "exported an incident",
  open_incident: "looked at what the planner knew",
  audit_exported: "exported the audit",
  alarm_ack: "acknowledged an alarm",
  alarm_shelve: "shelved an alarm",
  alarm_unshelve: "unshelved an alarm",
  add_user: "added a person",
  disable_user: "disabled a person",
  enable_user: "enabled a person",
  password_user: "new password",
  rules_published: "published rules",
  rules_discarded: "discarded rules",
  site_published: "published the site",
  site_restored: "went back to a version",
  draft_discarded: "discarded the drawing",
  map_imported: "imported a map",
  walk_started: "started a walk",
  calibration_accepted: "accepted a calibration",
  calibration_rolled_back: "rolled a calibration back",
  configure_gateway: "configured a gateway",
  gateway_door: "looked at a gateway's address",
  device_link: "made a device's link",
};

const t = translator(zh, en);

export const deedWord = (what: string): string => (what in zh ? t(what as keyof typeof zh) : factWord(what).replaceAll("_", " "));

/** What may be asked for, commands first. */
export const DEEDS: readonly string[] = [
  ...["CallReceived", "CallMoved", "CallCancelled", "CallAbandoned", "CallHeld", "CallResumed", "CallMerged", "CallUnmerged"],
  ...["TaskAdded", "TaskCancelled", "OfferAccepted", "OfferDeclined", "UnitAssigned", "UnitReleased", "UnitOnScene", "TaskCleared"],
  ...["LoanExtended", "LoanWrittenOff", "StockMoved", "DutyChanged", "TextSent", "ConnectorClosed", "ConnectorOpened", "FireModeSet"],
  ...["DevicesEnrolled", "DevicesReleased", "GatewaysInstalled", "GatewaysRemoved", "CommandRefused"],
  ...Object.keys(zh),
];
