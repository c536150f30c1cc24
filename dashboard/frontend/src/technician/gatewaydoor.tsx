// What is set on a gateway from here: the address it posts to, and what our own agent passes on.

import { signal } from "@preact/signals";
import { ask } from "../shared/ask";
import { HttpError } from "../shared/http";
import { clockTime, translator } from "../shared/i18n";
import type { GatewayRow } from "../shared/rows";
import * as state from "./state";

const t = translator(
  {
    door: "上报地址 (HTTP)",
    "door.hint": "给通过 HTTP 上报的网关或云平台。地址就是密钥，不要公开。",
    "door.sender": "发送方编号（网关编号，或云平台的名字，如 meraki）",
    "door.show": "显示地址",
    "door.copy": "复制",
    "door.copied": "已复制",
    settings: "地址与设置",
    "agent.hint": "只对运行我们代理程序的网关有效；空着就按它自己的文件。",
    batch: "上报间隔（毫秒，20 至 10000）",
    most: "每台设备每次最多几条（1 至 1000）",
    allow: "只传这些设备（每行一个；空着：除手机外都传）",
    send: "发送设置",
    sent: "已发送；它照办后会报告",
    failed: "没有成功：{why}",
    obeys: "它现在用的：每 {batch} 毫秒，每台 {most} 条，允许 {allowed}",
    since: "{time} 的设置",
    wrong: "它不能照办：{why}",
    every: "全部",
  },
  {
    door: "Address to post to (HTTP)",
    "door.hint": "For gateways and clouds that post over HTTP. The address is the key: keep it to yourself.",
    "door.sender": "Sender (a gateway's id, or a cloud's name such as meraki)",
    "door.show": "Show the address",
    "door.copy": "Copy",
    "door.copied": "Copied",
    settings: "Address and settings",
    "agent.hint": "For gateways that run our agent; what is left empty is as in its own file.",
    batch: "Reports every (ms, 20 to 10000)",
    most: "Adverts of one device in a report, at most (1 to 1000)",
    allow: "Pass on these devices only (one a line; empty: all but phones)",
    send: "Send the settings",
    sent: "Sent; it reports when it obeys",
    failed: "It did not work: {why}",
    obeys: "In use there: every {batch} ms, {most} a device, allowed {allowed}",
    since: "as set at {time}",
    wrong: "It cannot obey: {why}",
    every: "all",
  },
);

const address = signal<{ sender: string; url: string } | null>(null);

async function wish(what: Promise<unknown>, done: string): Promise<void> {
  try {
    await what;
    if (done) state.said.value = { tone: "good", text: done };
  } catch (error) {
    state.said.value = { tone: "bad", text: t("failed", { why: error instanceof HttpError ? error.detail || error.code : "" }) };
  }
}

const showDoor = (sender: string): Promise<void> =>
  wish(
    ask<{ url: string }>("GET", `/api/gateways/${encodeURIComponent(sender)}/post`).then(({ url }) => (address.value = { sender, url })),
    "",
  );

/** A sender that need not be a gateway of the map. */
export function Door() {
  return (
    <details class="door">
      <summary>{t("door")}</summary>
      <p class="muted">{t("door.hint")}</p>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault();
          void showDoor(String(new FormData(event.currentTarget).get("sender")));
        }}
      >
        <input name="sender" required pattern="[A-Za-z0-9_\-]{1,64}" aria-label={t("door.sender")} placeholder={t("door.sender")} autocomplete="off" />
        <button data-act="door">{t("door.show")}</button>
      </form>
      {address.value && <Address sender={address.value.sender} url={address.value.url} />}
    </details>
  );
}

function Address({ sender, url }: { sender: string; url: string }) {
  const copy = (): void => void wish(navigator.clipboard.writeText(url), t("door.copied"));
  return (
    <p class="address">
      <strong>{sender}</strong> <code data-url={sender}>{url}</code>{" "}
      {isSecureContext && (
        <button type="button" class="small" onClick={copy}>
          {t("door.copy")}
        </button>
      )}
    </p>
  );
}

/** What it is told, and what it says that it obeys. */
export function GatewaySettings({ row }: { row: GatewayRow }) {
  const said = row.status?.fields ?? {};
  return (
    <details class="agent" data-agent={row.gateway}>
      <summary>{t("settings")}</summary>
      <p>
        <button class="small" data-act="door-of" onClick={() => void showDoor(row.gateway)}>
          {t("door.show")}
        </button>
      </p>
      {address.value?.sender === row.gateway && <Address sender={row.gateway} url={address.value.url} />}
      <p class="muted">{t("agent.hint")}</p>
      {said["config_batch_ms"] !== undefined && <Obeyed fields={said} />}
      {said["config_error"] && <p class="warn">{t("wrong", { why: String(said["config_error"]) })}</p>}
      <Agent gateway={row.gateway} />
    </details>
  );
}

function Obeyed({ fields }: { fields: Record<string, string | number> }) {
  const at = Number(fields["config_at_s"] ?? 0);
  const allowed = Number(fields["config_allowed"] ?? -1);
  return (
    <p data-obeyed>
      {t("obeys", { batch: fields["config_batch_ms"] ?? "–", most: fields["config_per_device_max"] ?? "–", allowed: allowed < 0 ? t("every") : allowed })}
      {at > 0 && <span class="muted"> {t("since", { time: clockTime(at * 1e3, true, state.site.value?.timezone) })}</span>}
    </p>
  );
}

function Agent({ gateway }: { gateway: string }) {
  const send = (form: HTMLFormElement): void => {
    const data = new FormData(form);
    const number = (name: string): number | undefined => (data.get(name) ? Number(data.get(name)) : undefined);
    const allow = String(data.get("allow") ?? "").split(/\s+/).filter(Boolean);
    const body = { batch_ms: number("batch"), per_device_max: number("most"), ...(allow.length ? { allow } : {}) };
    void wish(ask("PUT", `/api/gateways/${encodeURIComponent(gateway)}/config`, body), t("sent"));
  };
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        send(event.currentTarget);
      }}
    >
      <label>
        {t("batch")}
        <input name="batch" type="number" min={20} max={10_000} />
      </label>
      <label>
        {t("most")}
        <input name="most" type="number" min={1} max={1_000} />
      </label>
      <label>
        {t("allow")}
        <textarea name="allow" rows={2} />
      </label>
      <button class="small" data-act="configure">
        {t("send")}
      </button>
    </form>
  );
}
