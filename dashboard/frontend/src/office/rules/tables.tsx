// The rules as tables: who is wanted, how soon, who is told when nobody is committed; items; roles.

import { minutesSeconds, named } from "../../shared/i18n";
import { RoleShape, ServiceIcon } from "../../shared/icon";
import type { Shape } from "../../shared/shapes";
import { Table as TableForm } from "../table";
import { coded, t } from "../texts";
import { chosen, idOf, type Entry, type Rules, type Table } from "./state";

interface Column {
  head: string;
  cell: (entry: Entry) => preact.ComponentChildren;
}

function columns(rules: Rules): { [T in Table]: Column[] } {
  const item = (id: string): string => named(rules.items.find((one) => one.item === id)?.name, id);
  const role = (id: string): string => named(rules.roles.find((one) => one.role === id)?.name, id);
  return {
    services: [
      { head: t("sv.priority"), cell: (one) => (one as Rules["services"][number]).priority },
      { head: t("sv.needs"), cell: (one) => <Needs service={one as Rules["services"][number]} item={item} role={role} /> },
      { head: t("sv.offer"), cell: (one) => t("sv.seconds", { n: (one as Rules["services"][number]).offer_timeout_s }) },
      {
        head: t("sv.ladder"),
        cell: (one) =>
          (one as Rules["services"][number]).ladder.map((step, i) => <div key={i}>{t("sv.step", { n: Math.round(100 * step.after_share), to: coded("to", step.to) })}</div>),
      },
    ],
    items: [
      { head: t("ru.wheels"), cell: (one) => ((one as Rules["items"][number]).wheels ? "✓" : "") },
      { head: t("ru.loan"), cell: (one) => loanText((one as Rules["items"][number]).loan_s) },
    ],
    roles: [{ head: t("ru.shape"), cell: (one) => <RoleShape shape={(one as Rules["roles"][number]).shape as Shape} colour="currentColor" size={16} /> }],
  };
}

const loanText = (loan_s: number | null): string => (loan_s === null ? t("ru.kept") : t("ru.hours", { n: Math.round(loan_s / 360) / 10 }));

function Needs({ service, item, role }: { service: Rules["services"][number]; item: (id: string) => string; role: (id: string) => string }) {
  return (
    <>
      {service.needs.map((need, i) => (
        <div key={i}>
          {role(need.role)} ≤ <strong>{minutesSeconds(need.target_s)}</strong>
          {need.item && ` · ${item(need.item)}`}
          {need.skills.length > 0 && ` · ${need.skills.join(", ")}`}
          {need.promises.map((one, n) => (
            <span key={n} class="chip">
              {Math.round(one.share * 100)} % ≤ {minutesSeconds(one.within_s)}
            </span>
          ))}
        </div>
      ))}
    </>
  );
}

/** `choose`: an entry is opened by its name; without it nothing can be pressed. */
export function RulesTable({ table, rules, choose = false }: { table: Table; rules: Rules; choose?: boolean }) {
  const entries = [...(rules[table] as Entry[])];
  if (table === "services") (entries as Rules["services"]).sort((a, b) => a.priority - b.priority);
  const shown = columns(rules)[table];
  return (
    <TableForm heads={[t(`ru.${table}`), ...shown.map((one) => one.head)]}>
        {entries.map((entry) => {
          const id = idOf(table, entry);
          const is = chosen.value?.table === table && chosen.value.id === id;
          return (
            <tr key={id} data-entry={`${table} ${id}`} class={choose && is ? "chosen" : ""}>
              <th scope="row">
                {table === "services" && <ServiceIcon icon={(entry as Rules["services"][number]).icon} size={18} />}{" "}
                {choose ? (
                  <button class="link" aria-pressed={is} onClick={() => (chosen.value = is ? null : { table, id })}>
                    {named(entry.name, id)}
                  </button>
                ) : (
                  named(entry.name, id)
                )}
              </th>
              {shown.map((one) => (
                <td key={one.head}>{one.cell(entry)}</td>
              ))}
            </tr>
          );
        })}
    </TableForm>
  );
}
