// What an operator can do: commands, and moving about. Every command says on the screen what became of it.

import { signal } from "@preact/signals";
import { command, get, newKey, post } from "../shared/http";
import { named } from "../shared/i18n";
import { reasonText } from "../shared/reasons";
import type { CallChanged, Place, StockMove } from "../shared/protocol";
import { pressingTask } from "../shared/sla";
import type { RouteJson } from "../shared/site";
import { dots } from "./dots";
import { askPastRoutes, follow, showRoutes } from "./feed";
import { draft, hanging, routes } from "./map/layers";
import { to, type OrderKey } from "./ordertexts";
import { answered, begun, newsLine, spokenLine } from "./said";
import * as state from "./state";
import { t } from "./texts";
import { unitName } from "./words";

interface Answer {
  accepted: boolean;
  reason: string;
  subject: string;
}

export type Tab = "items" | "detail" | "new" | "staff" | "gateways" | "site" | "figures" | "alarms";
export const tab = signal<Tab>("detail");
export const following = signal<string | null>(null);
export const asksCancel = signal(false);
/** The question that stands in the place of the call's buttons. */
export const asks = signal<"hold" | "merge" | "add" | null>(null);

/** Sends one command and says the outcome; the subject when it was accepted and is wanted still. */
async function send(
  body: Record<string, unknown>,
  done: string,
  undo: ((subject: string) => void) | null = null,
): Promise<string | null> {
  if (state.past.peek()) {
    spokenLine("bad", reasonText("in_replay"));
    return null;
  }
  const order = begun(undo !== null);
  const answer = await command<Answer>("/api/commands", body).catch(() => null);
  const last = answered(order);
  if (!answer?.accepted) {
    const say = last ? spokenLine : newsLine;
    say("bad", answer ? t("said.refused", { reason: reasonText(answer.reason) }) : t("said.failed"));
    return null;
  }
  if (order.unwanted) {
    undo?.(answer.subject);
    return null;
  }
  if (last) spokenLine("good", done, undo && (() => undo(answer.subject)));
  return answer.subject;
}

export async function placeCall(service: string, place: Place, note: string): Promise<void> {
  const written = draft.peek();
  const from = tab.peek();
  const back = (id: string): void => void cancelCall(id, "mistake");
  const callId = await send({ type: "PlaceCall", service, place, note }, t("said.placed"), back);
  // The next call may have been begun before the answer to this one came.
  if (!callId || draft.peek() !== written) return;
  draft.value = null;
  // Whoever has turned to something else meanwhile is not called back.
  if (tab.peek() === from) select({ kind: "call", id: callId });
}

export async function moveCall(callId: string, place: Place): Promise<void> {
  const written = draft.peek();
  const before = state.calls.peek().get(callId)?.place;
  const back = before && ((): void => void send({ type: "MoveCall", call_id: callId, place: before }, t("said.moved")));
  const moved = await send({ type: "MoveCall", call_id: callId, place }, t("said.moved"), back ?? null);
  if (moved === null || draft.peek() !== written) return;
  draft.value = null;
  tab.value = "detail";
}

export const cancelCall = (callId: string, reason: string) => {
  asksCancel.value = false;
  return send({ type: "CancelCall", call_id: callId, reason }, t("said.cancelled"));
};

/** Sends an order that answers a question; the question goes. */
function order(body: Record<string, unknown>, done: OrderKey, undo: ((subject: string) => void) | null = null): Promise<string | null> {
  asks.value = null;
  return send(body, to(done), undo);
}

export const hold = (callId: string, cause: string, until: number) =>
  order({ type: "HoldCall", call_id: callId, cause, until }, "said.held", () => void resume(callId));
export const resume = (callId: string) => order({ type: "ResumeCall", call_id: callId }, "said.resumed");
export const merge = (callId: string, into: string) =>
  order({ type: "MergeCalls", call_id: callId, into }, "said.merged", () => void unmerge(callId)).then((done) => {
    // Whoever is there already may have been asked something since: it is not taken away.
    if (done !== null && state.selection.peek()?.id !== into) select({ kind: "call", id: into });
  });
export const unmerge = (callId: string) => order({ type: "UnmergeCall", call_id: callId }, "said.unmerged");
export const addTask = (callId: string, role: string) =>
  order({ type: "AddTask", call_id: callId, role }, "said.added", (taskId) => void dropTask(taskId));
export function dropTask(taskId: string): Promise<string | null> {
  const callId = taskId.split("-")[0] ?? "";
  const role = state.calls.peek().get(callId)?.tasks.find((one) => one.task_id === taskId)?.role;
  const back = role ? (): void => void addTask(callId, role) : null;
  return order({ type: "CancelTask", task_id: taskId, reason: "operator" }, "said.dropped", back);
}
export const abandon = (callId: string) => order({ type: "AbandonCall", call_id: callId, reason: "customer_gone" }, "said.abandoned");
export const relieve = (unitId: string, toUnitId: string | null, duty: "on" | "break" | "off") =>
  order({ type: "RelieveUnit", unit_id: unitId, to_unit_id: toUnitId, duty, reason: "operator" }, "said.relieved");
export const returnLoan = (taskId: string, depot: string) => order({ type: "ReturnLoan", task_id: taskId, depot }, "said.loan");
/** `before`: when it was due until now, to go back to. */
export const extendLoan = (taskId: string, dueAt: number, before: number | null = null): Promise<string | null> =>
  order({ type: "ExtendLoan", task_id: taskId, due_at: dueAt }, "said.loan", before === null ? null : () => void extendLoan(taskId, before));
export const writeOffLoan = (taskId: string) => order({ type: "WriteOffLoan", task_id: taskId, reason: "lost" }, "said.loan");
export const moveStock = (move: StockMove, undone = false): Promise<string | null> =>
  order(
    { type: "MoveStock", item: move.item, count: move.count, from_depot: move.from_depot, to_depot: move.to_depot },
    "said.loan",
    undone ? null : () => void moveStock({ ...move, from_depot: move.to_depot, to_depot: move.from_depot }, true),
  );

export const assign = (taskId: string, unitId: string) =>
  send(
    { type: "AssignUnit", task_id: taskId, unit_id: unitId },
    t("said.assigned", { name: unitName(unitId) }),
    () => void release(taskId, unitId),
  );

export const release = (taskId: string, unitId: string) =>
  send({ type: "UnassignUnit", task_id: taskId, unit_id: unitId, reason: "operator" }, t("said.released"), () => void assign(taskId, unitId));

/** Sends a person to whatever of the call presses most. */
export function assignToCall(callId: string, unitId: string): void {
  const call = state.calls.peek().get(callId);
  const task = call && (call.tasks.find((one) => one.unit_id === null && one.state !== "cancelled") ?? pressingTask(call));
  if (task) void assign(task.task_id, unitId);
}

type Duty = "on" | "break" | "off";
export const dutyOf = (unitId: string): Duty => {
  const status = state.units.peek().get(unitId)?.status;
  return status === "on_break" ? "break" : status === "off_duty" ? "off" : "on";
};
export function setDuty(unitId: string, duty: Duty): Promise<string | null> {
  const before = dutyOf(unitId);
  return send({ type: "SetDuty", unit_id: unitId, duty }, t("said.duty"), () => void send({ type: "SetDuty", unit_id: unitId, duty: before }, t("said.duty")));
}

const close = (connector: string) => ({ type: "CloseConnector", connector, reason: "operator" });
const open = (connector: string) => ({ type: "OpenConnector", connector });
export const closeConnector = (connector: string) => send(close(connector), t("said.site"), () => void send(open(connector), t("said.site")));
export const openConnector = (connector: string) => send(open(connector), t("said.site"), () => void send(close(connector), t("said.site")));
/** Registers a gateway that the site's file does not know. */
export async function hangGateway(gateway: string, place: Place): Promise<void> {
  const { floor, x_m, y_m } = place;
  const done = await send({ type: "InstallGateways", gateways: [{ gateway, floor, x_m, y_m }] }, t("said.site"));
  if (done !== null) hanging.value = null;
}

export const removeGateway = (gateway: string) => send({ type: "RemoveGateways", gateways: [gateway] }, t("said.site"));

export const setFireMode = (on: boolean) => send({ type: "SetFireMode", on }, t("said.site"), () => void send({ type: "SetFireMode", on: !on }, t("said.site")));

/** Shows a floor on the map. */
export function goToFloor(index: number): void {
  const floor = state.site.peek()?.floors[index];
  if (!floor) return;
  state.floorIndex.value = index;
  dots.clear(index);
  follow(floor.floor);
}

/** Who looked at whom is kept by the server. */
function tellLooked(what: string, whom: string): void {
  void post("/api/looked", { what, whom }, newKey()).catch(() => undefined);
}

/** Where the selected thing is, to bring it into view. */
export const wantedView = signal<{ x: number; y: number } | null>(null);

/** `elsewhere`: in another window of the same operator, which has told the server already. */
export function select(next: state.Selection | null, elsewhere = false): void {
  state.selection.value = next;
  asksCancel.value = false;
  asks.value = null;
  if (following.value && following.value !== next?.id) following.value = null;
  if (!next) return;
  tab.value = next.kind === "gateway" ? "gateways" : "detail";
  draft.value = null;
  hanging.value = null;
  if (next.kind !== "gateway" && !elsewhere) tellLooked(next.kind === "call" ? "open_call" : "open_unit", next.id);
  reveal(next);
}

/** Goes to the floor of what is selected and brings it into view. */
export function reveal(what: state.Selection): void {
  const at = whereIs(what);
  if (!at) return;
  const index = state.floorOf.peek().get(at.floor)?.i;
  if (index !== undefined && index !== state.floorIndex.peek()) goToFloor(index);
  wantedView.value = { x: at.x, y: at.y };
}

export function whereIs({ kind, id }: state.Selection): { floor: string; x: number; y: number } | null {
  if (kind === "call") {
    const place = state.calls.peek().get(id)?.place;
    return place ? { floor: place.floor, x: place.x_m, y: place.y_m } : null;
  }
  if (kind === "unit") {
    const place = state.places.peek().get(id);
    return place ? { floor: place.floor, x: place.x_m, y: place.y_m } : null;
  }
  const row = state.gateways.peek().get(id);
  return row?.floor && row.x_m !== null && row.y_m !== null ? { floor: row.floor, x: row.x_m, y: row.y_m } : null;
}

export function toggleFollow(unitId: string): void {
  following.value = following.value === unitId ? null : unitId;
  if (following.value) {
    tellLooked("follow", unitId);
    reveal({ kind: "unit", id: unitId });
  }
}

export function beginCall(service: string | null = null): void {
  draft.value = { moves: null, service, place: null, note: "" };
  tab.value = "new";
}

export function beginMove(call: CallChanged): void {
  draft.value = { moves: call.call_id, service: call.service, place: call.place, note: "" };
  tab.value = "new";
}

export function discardDraft(): void {
  draft.value = null;
  tab.value = "detail";
}

/** Next or previous call of the queue. */
export function stepCall(by: 1 | -1): void {
  const open = state.openCalls.peek();
  if (open.length === 0) return;
  const chosen = state.selection.peek();
  const at = chosen?.kind === "call" ? open.findIndex((call) => call.call_id === chosen.id) : -1;
  const next = open[at < 0 ? (by > 0 ? 0 : open.length - 1) : Math.max(0, Math.min(open.length - 1, at + by))];
  if (next) select({ kind: "call", id: next.call_id });
}

/** Asks again for the ways of whoever is on the way in what is selected; in a replay, for those of then. */
export async function refreshRoutes(): Promise<void> {
  const units = unitsUnderWay();
  if (state.past.peek()) {
    if (units.length) askPastRoutes(units);
    else routes.value = new Map();
    return;
  }
  const found = await Promise.all(units.map((unitId) => get<RouteJson>(`/api/route?unit=${encodeURIComponent(unitId)}`).catch(() => null)));
  if (unitsUnderWay().join() === units.join()) showRoutes(found);
}

function unitsUnderWay(): string[] {
  const chosen = state.selection.peek();
  const onWay = (unitId: string): boolean => /^en_route|returning/.test(state.units.peek().get(unitId)?.status ?? "");
  if (chosen?.kind === "unit") return onWay(chosen.id) ? [chosen.id] : [];
  if (chosen?.kind !== "call") return [];
  const tasks = state.calls.peek().get(chosen.id)?.tasks ?? [];
  return tasks.flatMap((task) => (task.unit_id && onWay(task.unit_id) ? [task.unit_id] : []));
}

export const siteTitle = (): string => named(state.site.value?.name);
