// What ails a gateway, and what to do about it, step by step. Codes are those of gateway/health.py and drops.py.

import { named } from "../shared/i18n";

type Both = [zh: string, en: string];

const TABLE: Record<string, [cause: Both, cure: Both]> = {
  never_heard: [["从未收到消息", "Nothing was ever heard of it"], ["查看指示灯和网线；在网关里核对服务器地址、端口、账号；核对登记的地址是否与机身标签一致。", "Look at its light and its cable; compare server address, port and account in the gateway with those shown at start; compare the registered address with its label."]],
  not_installed: [["不在场地图上", "Not on the site's map"], ["在地图上添加网关，编号或地址与它一致，然后发布。若不是自己的网关，请换掉消息服务器密码。", "Add a gateway with this id or address on the map and publish. If it is not yours, change the broker's password."]],
  network: [["多个网关同时断开", "Many went away at once"], ["先查它们共用的交换机、VLAN 和消息服务器，不要逐个重启网关。", "Look at the switch, VLAN and broker they share first; do not restart gateways one by one."]],
  last_will: [["与服务器断开", "It lost its connection"], ["检查供电（PoE 端口）和网线；无线网关检查信号。", "Check its power (PoE port) and cable; for Wi-Fi gateways the signal."]],
  no_message: [["不再发消息", "It has gone quiet"], ["检查供电和网络；能 ping 通则重启它。", "Check power and network; if it answers a ping, restart it."]],
  radio_deaf: [["在线但听不到任何信标", "Online, but its radio hears nothing"], ["重启；检查天线是否拧紧；检查扫描是否打开、过滤是否太严。仍不行就更换。", "Restart it; check that the antenna is tight, scanning is on and no filter is too strict. If that does not help, replace it."]],
  clock_off: [["时钟不准", "Its clock is off"], ["在网关里设置时间服务器 (NTP)，并确认能访问。", "Set a time server (NTP) in the gateway and make sure that it can be reached."]],
  clock_steps: [["时钟跳动", "Its clock jumps"], ["只保留一个时间服务器；检查网络延迟。", "Keep one time server only; check the network's delay."]],
  one_kind: [["只听到一种信标", "It hears one kind of beacon only"], ["放宽网关里的过滤（iBeacon、厂商、名称）。", "Loosen the filter in the gateway (iBeacon, vendor, name)."]],
  hears_less: [["听到的比平时少", "It hears less than usual"], ["看它是否被移动、转向或遮挡；移动过就在地图上改位置，并重新步测附近。", "See whether it was moved, turned or covered; if moved, move it on the map and walk its surroundings again."]],
  moved: [["可能被移动过", "It seems to have been moved"], ["放回原处；或在地图上改位置，然后重新步测附近。", "Put it back; or move it on the map and walk its surroundings again."]],
  refused: [["消息被拒绝", "Its messages are refused"], ["核对账号、密码和主题。", "Compare account, password and topic."]],
  duplicates: [["每条消息发两遍", "It sends everything twice"], ["网关里是否配置了两个服务器或两个转发？删掉一个。", "Are two servers or two forwardings set in the gateway? Remove one."]],
  unreadable: [["消息无法读取", "Its messages cannot be read"], ["在地图上核对格式；“auto” 会自行识别常见厂商。", "Compare its format on the map; “auto” recognises the usual vendors."]],
  not_enrolled: [["未登记设备", "not enrolled"], ["", ""]],
  duplicate: [["重复", "duplicate"], ["", ""]],
  too_old: [["过旧", "too old"], ["", ""]],
  unknown_format: [["未知格式", "unknown format"], ["", ""]],
  bad_message: [["消息错误", "bad message"], ["", ""]],
};

const text = (both: Both | undefined, otherwise: string): string => (both ? named({ zh: both[0], en: both[1] }) : otherwise);

export const causeOf = (code: string): string => text(TABLE[code]?.[0], code.replaceAll("_", " "));
export const cureOf = (code: string): string => text(TABLE[code]?.[1], "");
