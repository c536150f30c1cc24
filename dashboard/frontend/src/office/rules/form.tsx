// One service, item or role being changed.

import { signal } from "@preact/signals";
import { SERVICE_ICONS } from "../../shared/icons";
import type { ServiceJson } from "../../shared/site";
import { site } from "../state";
import { coded, t } from "../texts";
import { Amount, Choice, Names, Rows, Text, Tick, nameOptions } from "./fields";
import { ID, chosen, draft, find, mayRename, put, type Chosen, type Entry, type Item, type Role } from "./state";

const PRIORITIES = ["1", "2", "3", "4"] as const;
const TOLD = ["zone_lead", "control_room", "duty_manager"] as const;
const SHAPES = ["circle", "diamond", "plus", "square", "triangle"] as const;
type Need = ServiceJson["needs"][number];

/** Asked once more before an entry goes. */
const sure = signal("");

export function Form() {
  const now = chosen.value;
  const entry = now && find(now.table, now.id);
  if (!now || !entry) return <p class="muted">{t("ru.choose")}</p>;
  const name = `${now.table} ${now.id}`;
  const set = (fields: Partial<Entry>): void => put(now, { ...entry, ...fields } as Entry, Object.keys(fields).join());
  return (
    <div class="form" data-form={name}>
      <h2>
        {t(`ru.one.${now.table}`)} <code>{now.id}</code>
      </h2>
      {mayRename(now) && <Text label={t("ru.id")} field="id" value={now.id} set={(id) => /^[\w-]{1,64}$/.test(id) && !find(now.table, id) && set({ [ID[now.table]]: id } as Partial<Entry>)} />}
      <Names value={entry.name} set={(value) => set({ name: value })} />
      {now.table === "services" && <ServiceFields service={entry as ServiceJson} set={set} />}
      {now.table === "items" && <ItemFields item={entry as Item} set={set} />}
      {now.table === "roles" && <Choice label={t("ru.shape")} field="shape" value={(entry as Role).shape} options={SHAPES.map((one) => [one, coded("shape", one)])} set={(shape) => set({ shape } as Partial<Role>)} />}
      <Remove now={now} name={name} />
    </div>
  );
}

function Remove({ now, name }: { now: Chosen; name: string }) {
  const asked = sure.value === name;
  return (
    <p>
      <button class={asked ? "small danger" : "small"} data-act={asked ? "delete-sure" : "delete"} onClick={() => (asked ? put(now, null) : (sure.value = name))}>
        {t(asked ? "ru.deleteSure" : "ru.delete", { id: now.id })}
      </button>
    </p>
  );
}

function ItemFields({ item, set }: { item: Item; set: (fields: Partial<Item>) => void }) {
  return (
    <>
      <Tick label={t("ru.wheels.hint")} field="wheels" value={item.wheels} set={(wheels) => set({ wheels })} />
      <Tick label={t("ru.lent")} field="lent" value={item.loan_s !== null} set={(lent) => set({ loan_s: lent ? 4 * 3600 : null })} />
      {item.loan_s !== null && <Amount label={t("ru.loanHours")} field="loan" value={item.loan_s / 3600} min={0.5} step={0.5} set={(hours) => set({ loan_s: hours * 3600 })} />}
      {!item.wheels && <Amount label={t("ru.spares")} field="spares" value={item.spares} min={0} step={1} set={(spares) => set({ spares })} />}
    </>
  );
}

function ServiceFields({ service, set }: { service: ServiceJson; set: (fields: Partial<ServiceJson>) => void }) {
  return (
    <>
      <div class="pair">
        <Choice label={t("sv.priority")} field="priority" value={String(service.priority)} options={PRIORITIES.map((one) => [one, t(`ru.priority.${one}`)])} set={(value) => set({ priority: Number(value) })} />
        <Choice label={t("ru.icon")} field="icon" value={service.icon} options={SERVICE_ICONS.map((one) => [one, coded("icon", one)])} set={(icon) => set({ icon })} />
      </div>
      <Tick label={t("ru.customer")} field="customer" value={service.customer} set={(customer) => set({ customer })} />
      <Amount label={t("ru.offer")} field="offer" value={service.offer_timeout_s} min={1} set={(offer_timeout_s) => set({ offer_timeout_s })} />
      <Rows title={t("ru.needs")} name="needs" rows={service.needs} fresh={() => freshNeed()} set={(needs) => set({ needs })}>
        {(need, change) => <NeedFields need={need} set={(fields) => change({ ...need, ...fields })} />}
      </Rows>
      <Rows title={t("ru.ladder")} name="ladder" rows={service.ladder} fresh={() => ({ after_share: 1, to: "duty_manager" })} set={(ladder) => set({ ladder })}>
        {(step, change) => (
          <>
            <Amount label={t("ru.afterShare")} field="after" value={Math.round(step.after_share * 100)} min={1} step={5} set={(percent) => change({ ...step, after_share: percent / 100 })} />
            <Choice label={t("ru.told")} field="to" value={step.to} options={[...new Set([...TOLD, step.to])].map((one) => [one, coded("to", one)])} set={(to) => change({ ...step, to })} />
          </>
        )}
      </Rows>
      <Rows title={t("ru.checklist")} name="checklist" rows={service.checklist} fresh={() => ({ zh: "", en: "" })} set={(checklist) => set({ checklist })}>
        {(line, change) => <Names value={line} set={change} />}
      </Rows>
    </>
  );
}

const freshNeed = (): Need => ({ role: draft.content.peek()?.roles[0]?.role ?? "", target_s: 300, item: null, skills: [], on_scene_s: 120, promises: [] });

function NeedFields({ need, set }: { need: Need; set: (fields: Partial<Need>) => void }) {
  const rules = draft.content.value;
  const skills = [...new Set((site.value?.staff ?? []).flatMap((one) => one.skills))].sort();
  return (
    <>
      <div class="pair">
        <Choice label={t("pe.role")} field="role" value={need.role} options={nameOptions(rules?.roles ?? [], (one) => one.role)} set={(role) => set({ role })} />
        <Amount label={t("ru.target")} field="target" value={need.target_s} min={1} step={10} set={(target_s) => set({ target_s })} />
      </div>
      <div class="pair">
        <Choice label={t("ru.item")} field="item" value={need.item ?? ""} options={[["", t("ru.noItem")], ...nameOptions(rules?.items ?? [], (one) => one.item)]} set={(item) => set({ item: item || null })} />
        <Amount label={t("ru.onScene")} field="on-scene" value={need.on_scene_s} step={10} set={(on_scene_s) => set({ on_scene_s })} />
      </div>
      {skills.length > 0 && (
        <div class="skills" role="group" aria-label={t("ru.skills")}>
          <span class="muted">{t("ru.skills")}</span>
          {skills.map((skill) => (
            <Tick key={skill} label={skill} field={`skill-${skill}`} value={need.skills.includes(skill)} set={(on) => set({ skills: on ? [...need.skills, skill] : need.skills.filter((one) => one !== skill) })} />
          ))}
        </div>
      )}
      <Rows title={t("ru.promises")} name="promises" rows={need.promises} fresh={() => ({ share: 0.9, within_s: need.target_s })} set={(promises) => set({ promises })}>
        {(one, change) => (
          <>
            <Amount label={t("ru.share")} field="share" value={Math.round(one.share * 100)} min={1} max={100} set={(percent) => change({ ...one, share: percent / 100 })} />
            <Amount label={t("ru.within")} field="within" value={one.within_s} min={1} step={10} set={(within_s) => change({ ...one, within_s })} />
          </>
        )}
      </Rows>
    </>
  );
}
