"""What a comparison of policies came to: as JSON, and as a table for people."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from contracts.figures import NOT_WANTED, in_time, nearest_rank, waited_s
from contracts.messages import TaskView
from contracts.quantities import Instant
from runtime.policies import BUSY, Tally, hours_on_duty

Row = tuple[int, float | None, bool]
"""Seed, what the customer waited in seconds (None = nobody came), in time: after ``contracts.figures``."""
PERCENTILES: Final = (50, 90, 99)


def summary(policy: str, tallies: Sequence[tuple[int, Tally]]) -> dict[str, Any]:
    """One policy over all its seeds; shares from 0 to 1, times in seconds, None where nothing was."""
    services: dict[str, list[Row]] = {}
    roles: dict[str, dict[str, list[Row]]] = {}
    tasks, unserved = 0, 0
    causes: dict[str, int] = {}
    for seed, tally in tallies:
        for call in tally.calls.values():
            wanted = [task for task in call.tasks if _counts(task, tally.end)]
            if not wanted:
                continue
            rows = [(seed, waited_s(task), bool(in_time(task, tally.end))) for task in wanted]
            services.setdefault(call.service, []).append(_last(rows))
            for task, row in zip(wanted, rows, strict=True):
                if len(call.tasks) > 1:
                    roles.setdefault(call.service, {}).setdefault(task.role, []).append(row)
                tasks += 1
                unserved += row[1] is None
                if not row[2]:
                    cause = task.miss_cause or "queue"
                    causes[cause] = causes.get(cause, 0) + 1
    spent = sum((tally.spent for _, tally in tallies), start=type(tallies[0][1].spent)())
    hours = sum(hours_on_duty(tally) for _, tally in tallies)
    busy = sum(spent[status] for status in BUSY) / 3.6e9
    return {
        "policy": policy,
        "services": {name: figures(rows) for name, rows in sorted(services.items())},
        "roles": {
            name: {role: figures(rows) for role, rows in sorted(of.items())}
            for name, of in sorted(roles.items())
        },
        "unserved": unserved,
        "offers_per_task": _rounded(sum(tally.offers for _, tally in tallies) / max(1, tasks), 3),
        "walked_m_per_staff_hour": _rounded(
            sum(tally.walked_m for _, tally in tallies) / max(hours, 1e-9), 1
        ),
        "busy_share": _rounded(busy / max(hours, 1e-9), 4),
        "misses_by_cause": dict(sorted(causes.items())),
    }


def figures(rows: Sequence[Row]) -> dict[str, float | int | None]:
    """Standard errors from the spread between seeds: days differ more than calls of one day."""
    in_time = np.array([ok for _, _, ok in rows], float)
    by_seed = [np.mean([ok for s, _, ok in rows if s == seed]) for seed in sorted({s for s, _, _ in rows})]
    took_s = sorted(seconds for _, seconds, _ in rows if seconds is not None)
    percentiles = [nearest_rank(took_s, q / 100) for q in PERCENTILES]
    spread = float(np.std(by_seed, ddof=1) / np.sqrt(len(by_seed))) if len(by_seed) > 1 else None
    return {
        "calls": len(rows),
        "on_time": _rounded(float(in_time.mean()), 4),
        "on_time_se": _rounded(spread, 4),
        **{f"p{q}_s": _rounded(value, 1) for q, value in zip(PERCENTILES, percentiles, strict=True)},
    }


def table(report: dict[str, Any]) -> str:
    """The same for people: services down, policies across."""
    policies = report["policies"]
    lines = [f"{report['scenario']}, {report['seeds']} seeds; on time % ± s.e.  (p50 / p90 / p99 s)"]
    width = 32
    lines.append(f"{'':24}" + "".join(f"{policy['policy']:>{width}}" for policy in policies))
    names = sorted({name for policy in policies for name in policy["services"]})
    for name in names:
        lines.append(f"{name:24}" + "".join(_cell(p["services"].get(name), width) for p in policies))
        roles = sorted({role for p in policies for role in p["roles"].get(name, {})})
        for role in roles:
            cells = "".join(_cell(p["roles"].get(name, {}).get(role), width) for p in policies)
            lines.append(f"  {role:22}" + cells)
    lines += [
        f"{key:24}" + "".join(f"{p[key]:>{width}}" for p in policies)
        for key in ("unserved", "offers_per_task", "walked_m_per_staff_hour", "busy_share")
    ]
    for policy in policies:
        causes = ", ".join(f"{cause} {n}" for cause, n in policy["misses_by_cause"].items())
        lines.append(f"misses of {policy['policy']}: {causes or 'none'}")
    return "\n".join(lines)


def _cell(row: dict[str, Any] | None, width: int) -> str:
    if row is None:
        return f"{'-':>{width}}"
    error = "" if row["on_time_se"] is None else f" ±{100 * row['on_time_se']:.1f}"
    times = " / ".join("-" if row[f"p{q}_s"] is None else f"{row[f'p{q}_s']:.0f}" for q in PERCENTILES)
    return f"{100 * row['on_time']:.1f}{error}  ({times})".rjust(width)


def _counts(task: TaskView, end: Instant) -> bool:
    """Cancelled tasks do not, nor those that may still be served in time when the run ends."""
    return task.state not in NOT_WANTED and in_time(task, end) is not None


def _last(rows: Sequence[Row]) -> Row:
    """A call is served when the last of its people is there, and in time when all are."""
    seconds = [row[1] for row in rows]
    known = [value for value in seconds if value is not None]
    return rows[0][0], max(known) if len(known) == len(rows) else None, all(row[2] for row in rows)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
