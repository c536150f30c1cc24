// C8: what the depots hold, what is lent and to come back, what should be carried from one to another.

import { now } from "../shared/clock";
import { clockTime, minutesSeconds } from "../shared/i18n";
import type { LoanView, StockChanged, StockMove } from "../shared/protocol";
import { extendLoan, moveStock, returnLoan, select, writeOffLoan } from "./actions";
import { to } from "./ordertexts";
import * as state from "./state";
import { depotName, itemName, unitName } from "./words";

const LONGER_US = 30 * 60e6;

export function Items() {
  const rows = [...state.stock.value.values()];
  const loans = rows.flatMap((row) => row.loans.map((loan) => ({ loan, depot: row.depot }))).sort((a, b) => a.loan.due_at - b.loan.due_at);
  return (
    <section class="panel-body items">
      <h2>{to("items.loans")}</h2>
      {loans.length === 0 && <p class="muted">{to("items.noLoans")}</p>}
      <ul class="loans">
        {loans.map(({ loan, depot }) => (
          <Loan key={loan.task_id} loan={loan} depot={depot} />
        ))}
      </ul>
      <h2>{to("items.moves")}</h2>
      {state.moves.value.length === 0 && <p class="muted">{to("items.noMoves")}</p>}
      <ul class="loans">
        {state.moves.value.map((move) => (
          <Move key={`${move.item} ${move.from_depot} ${move.to_depot}`} move={move} />
        ))}
      </ul>
      <h2>{to("items.stock")}</h2>
      <Stock rows={rows} />
    </section>
  );
}

function Loan({ loan, depot }: { loan: LoanView; depot: string }) {
  const left = loan.due_at / 1e6 - now.value / 1e3;
  const call = loan.task_id.split("-")[0] ?? "";
  return (
    <li class={loan.overdue ? "overdue" : ""} data-loan={loan.task_id}>
      <span>
        <strong>
          {itemName(loan.item)} {loan.item_number}
        </strong>{" "}
        <button class="link" onClick={() => select({ kind: "call", id: call })}>
          {call}
        </button>
        <span class="muted">
          {" "}
          {depotName(depot)} · {unitName(loan.unit_id)}
        </span>
      </span>
      <span class={left < 0 ? "alarm-text" : "muted"}>
        {left < 0 ? to("items.late", { time: minutesSeconds(-left) }) : to("items.due", { time: clockTime(loan.due_at / 1e3, false, state.site.value?.timezone) })}
      </span>
      {state.canDispatch.value && (
        <span class="buttons">
          <button class="small" data-act="loan-back" onClick={() => void returnLoan(loan.task_id, depot)}>
            {to("items.back")}
          </button>
          <button class="small" onClick={() => void extendLoan(loan.task_id, Math.round(Math.max(loan.due_at, now.value * 1e3) + LONGER_US), left > 0 ? loan.due_at : null)}>
            {to("items.longer")}
          </button>
          <button class="small danger" onClick={() => void writeOffLoan(loan.task_id)}>
            {to("items.lost")}
          </button>
        </span>
      )}
    </li>
  );
}

function Move({ move }: { move: StockMove }) {
  const names = { item: itemName(move.item), n: move.count, from: depotName(move.from_depot), to: depotName(move.to_depot) };
  return (
    <li>
      <span>{to("items.move", names)}</span>
      {state.canDispatch.value && (
        <button class="small" data-act="moved" onClick={() => void moveStock(move)}>
          {to("items.moved")}
        </button>
      )}
    </li>
  );
}

/** One row per depot and item, so that a number stands under its heading. */
function Stock({ rows }: { rows: StockChanged[] }) {
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">{to("items.depot")}</th>
          <th scope="col">{to("items.item")}</th>
          <th scope="col">{to("items.free")}</th>
          <th scope="col">{to("items.reserved")}</th>
          <th scope="col">{to("items.lent")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.flatMap((row) =>
          Object.keys(row.free).map((item, i) => (
            <tr key={`${row.depot} ${item}`}>
              <th scope="row">{i === 0 ? depotName(row.depot) : ""}</th>
              <td>{itemName(item)}</td>
              <td class={row.free[item] ? "" : "alarm-text"}>{row.free[item]}</td>
              <td>{row.reserved[item] || ""}</td>
              <td>{row.lent[item] || ""}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}
