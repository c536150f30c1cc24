// Rows of the live topics that more than one page reads.

import type { GatewayHealth, GatewayStatus } from "./protocol";

/** A gateway as the topic `gw` shows it; without a floor it hangs nowhere yet. */
export interface GatewayRow {
  gateway: string;
  floor: string | null;
  x_m: number | null;
  y_m: number | null;
  guest: boolean;
  health: GatewayHealth | null;
  status: GatewayStatus | null;
}
