// A table: its heads, and rows that bring their own cells.

import type { ComponentChildren } from "preact";

export const Table = ({ heads, children }: { heads: readonly string[]; children: ComponentChildren }) => (
  <table>
    <thead>
      <tr>
        {heads.map((text, i) => (
          <th key={i} scope="col">
            {text}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>{children}</tbody>
  </table>
);
