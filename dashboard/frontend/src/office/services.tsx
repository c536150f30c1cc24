// The catalogue as the dispatcher uses it: who is wanted, how soon, and who is told when nobody is committed.

import { minutesSeconds, named } from "../shared/i18n";
import { roleName, site } from "./state";
import { coded, t } from "./texts";

export function Services() {
  const items = new Map((site.value?.items ?? []).map((item) => [item.item, item]));
  const services = [...(site.value?.services ?? [])].sort((a, b) => a.priority - b.priority);
  return (
    <section>
      <p class="muted">{t("sv.hint")}</p>
      <table>
        <thead>
          <tr>
            {[t("sv.service"), t("sv.priority"), t("sv.needs"), t("sv.offer"), t("sv.ladder")].map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <tr key={service.service}>
              <th scope="row">{named(service.name, service.service)}</th>
              <td>{service.priority}</td>
              <td>
                {service.needs.map((need, i) => (
                  <div key={i}>
                    {roleName(need.role)} ≤ <strong>{minutesSeconds(need.target_s)}</strong>
                    {need.item && ` · ${named(items.get(need.item)?.name, need.item)}`}
                    {need.skills.length > 0 && ` · ${need.skills.join(", ")}`}
                    {need.promises.map((one) => (
                      <span key={one.within_s} class="chip">
                        {Math.round(one.share * 100)} % ≤ {minutesSeconds(one.within_s)}
                      </span>
                    ))}
                  </div>
                ))}
              </td>
              <td>{t("sv.seconds", { n: service.offer_timeout_s })}</td>
              <td>
                {service.ladder.map((step) => (
                  <div key={step.to}>{t("sv.step", { n: Math.round(100 * step.after_share), to: coded("to", step.to) })}</div>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
