// The site's own state: closed lifts and escalators, fire mode, what the depots hold.

import { signal } from "@preact/signals";
import { focusOnce } from "../shared/focus";
import { Icon } from "../shared/icon";
import { lang, named } from "../shared/i18n";
import type { ConnectorJson } from "../shared/site";
import { closeConnector, openConnector, setFireMode } from "./actions";
import * as state from "./state";
import { t } from "./texts";
import { depotName, itemName } from "./words";

const sure = signal(false);

export function SitePanel() {
  return (
    <section class="panel-body">
      <h2>{t("site.connectors")}</h2>
      <FireMode />
      <ul class="connectors">
        {(state.site.value?.connectors ?? []).map((connector) => (
          <Connector key={connector.connector_id} connector={connector} />
        ))}
      </ul>
      {state.canDispatch.value && (
        <a class="qr-link" href={`/qr?lang=${lang.value}`} target="_blank" rel="noopener">
          {t("site.qr")}
        </a>
      )}
      <h2>{t("site.stock")}</h2>
      <Stock />
    </section>
  );
}

function FireMode() {
  if (!state.canDispatch.value) return null;
  if (state.closures.value.fire_mode) {
    return (
      <div class="fire fire-on" role="alert">
        <p>{t("site.fire.on")}</p>
        <button onClick={() => void setFireMode(false)}>{t("site.fire.stop")}</button>
      </div>
    );
  }
  if (!sure.value) {
    return (
      <button class="danger" onClick={() => (sure.value = true)}>
        <Icon name="fire" size={16} /> {t("site.fire.start")}
      </button>
    );
  }
  return (
    <fieldset class="why">
      <legend>{t("site.fire.sure")}</legend>
      <button
        class="danger"
        onClick={() => {
          sure.value = false;
          void setFireMode(true);
        }}
      >
        {t("site.fire.start")}
      </button>
      <button ref={focusOnce} onClick={() => (sure.value = false)}>
        {t("call.back")}
      </button>
    </fieldset>
  );
}

function Connector({ connector }: { connector: ConnectorJson }) {
  const id = connector.connector_id;
  const closed = state.closures.value.connectors.includes(id);
  const floors = connector.stops.map((stop) => stop.floor);
  return (
    <li class={closed ? "closed" : ""}>
      <Icon name={connector.kind} size={18} />
      <span class="connector-name">
        {named(connector.name, `${t(`kind.${connector.kind}`)} ${id}`)}
        <span class="muted">
          {" "}
          {floors[0]} {connector.both_ways ? "↔" : "→"} {floors[floors.length - 1]}
        </span>
        {closed && <span class="warn"> {t("site.closed")}</span>}
      </span>
      {state.past.value === null && (
        <button class="small" onClick={() => void (closed ? openConnector(id) : closeConnector(id))}>
          {t(closed ? "site.open" : "site.close")}
        </button>
      )}
    </li>
  );
}

function Stock() {
  return (
    <table class="stock">
      <tbody>
        {[...state.stock.value.values()].map((row) => (
          <tr key={row.depot}>
            <th scope="row">{depotName(row.depot)}</th>
            <td>
              {Object.keys(row.free).map((item) => (
                <span key={item} class={row.free[item] ? "chip" : "chip out"}>
                  {itemName(item)} {row.free[item]}
                  {row.lent?.[item] ? ` (${t("site.lent", { n: row.lent[item] })})` : ""}
                  {row.overdue?.[item] ? ` (${t("site.overdue", { n: row.overdue[item] })})` : ""}
                  {row.reserved[item] ? ` (${t("site.reserved", { n: row.reserved[item] })})` : ""}
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
