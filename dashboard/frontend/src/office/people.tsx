// Who may log in. Passwords are made by the server, shown once, and stored nowhere.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { HttpError, get, newKey, post, put } from "../shared/http";
import { named } from "../shared/i18n";
import { site } from "./state";
import { Table } from "./table";
import { coded, t } from "./texts";

interface User {
  user: string;
  role: string;
  unit_id: string | null;
  name_zh: string;
  name_en: string;
  disabled: boolean;
}

const ROLES = ["operator", "technician", "admin", "staff"] as const;
const users = signal<User[]>([]);
const told = signal("");
const failed = signal("");
const role = signal<string>("operator");

async function load(): Promise<void> {
  users.value = (await get<{ users: User[] }>("/api/users").catch(() => ({ users: [] }))).users;
}

async function wish(what: () => Promise<{ user: string; password: string }>): Promise<boolean> {
  told.value = failed.value = "";
  try {
    const { user, password } = await what();
    if (password) told.value = t("pe.password", { user, password });
    await load();
    return true;
  } catch (error) {
    failed.value = t("pe.refused", { why: error instanceof HttpError ? error.detail || error.code : String(error) });
    return false;
  }
}

const change = (user: string, act: string) => wish(() => put(`/api/users/${encodeURIComponent(user)}`, { act }));

export function People() {
  useEffect(() => void load(), []);
  return (
    <section>
      <New />
      {told.value && <p class="good" role="status">{told.value}</p>}
      {failed.value && <p class="warn" role="alert">{failed.value}</p>}
      <Table heads={[t("pe.user"), t("pe.name"), t("pe.role"), t("pe.unit"), t("pe.state"), ""]}>
          {users.value.map((one) => (
            <tr key={one.user} data-user={one.user}>
              <th scope="row">{one.user}</th>
              <td>{named({ zh: one.name_zh, en: one.name_en })}</td>
              <td>{coded("role", one.role)}</td>
              <td>{one.unit_id ?? ""}</td>
              <td class={one.disabled ? "muted" : ""}>{t(one.disabled ? "pe.disabled" : "pe.active")}</td>
              <td>
                <button data-act={one.disabled ? "enable" : "disable"} onClick={() => void change(one.user, one.disabled ? "enable" : "disable")}>
                  {t(one.disabled ? "pe.enable" : "pe.disable")}
                </button>{" "}
                <button data-act="renew" onClick={() => void change(one.user, "password")}>
                  {t("pe.renew")}
                </button>
              </td>
            </tr>
          ))}
      </Table>
    </section>
  );
}

function New() {
  return (
    <form
      class="new"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const { user, zh, en, unit_id } = Object.fromEntries(new FormData(form)) as Record<string, string>;
        const body = { user, role: role.value, name: { zh: zh || user, en: en || user }, unit_id: unit_id || null };
        void wish(() => post("/api/users", body, newKey())).then((done) => done && form.reset());
      }}
    >
      <label>
        {t("pe.user")} <input name="user" required pattern="[A-Za-z0-9_\-]+" maxLength={64} autocomplete="off" />
      </label>
      <label>
        {t("pe.name")} 中文 <input name="zh" maxLength={100} autocomplete="off" />
      </label>
      <label>
        {t("pe.name")} English <input name="en" maxLength={100} autocomplete="off" />
      </label>
      <label>
        {t("pe.role")}
        <select value={role.value} onChange={(event) => (role.value = event.currentTarget.value)}>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {coded("role", one)}
            </option>
          ))}
        </select>
      </label>
      {role.value === "staff" && (
        <label>
          {t("pe.unit")}
          <select name="unit_id">
            {(site.value?.staff ?? []).map((one) => (
              <option key={one.unit_id} value={one.unit_id}>
                {one.unit_id} {named(one.name)}
              </option>
            ))}
          </select>
        </label>
      )}
      <button class="primary">{t("pe.add")}</button>
    </form>
  );
}
