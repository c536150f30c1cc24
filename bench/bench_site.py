"""What the ground costs, in CPU time: python -m bench.bench_site [DIR]"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from contracts.grid import build_grid
from contracts.walking import Closures, Travel
from runtime.site_files import load_site

REPEATS = 20


def cpu_ms(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median CPU milliseconds of an action."""
    spent = []
    for _ in range(repeats):
        before = time.process_time()
        action()
        spent.append(time.process_time() - before)
    return 1000 * float(np.median(spent))


def main(directory: Path) -> None:
    site = load_site(directory)
    grid = build_grid(site)
    rng = np.random.default_rng(1)
    cells = [int(cell) for cell in rng.integers(0, grid.n_cells, 2 * REPEATS)]
    closed = Closures(frozenset(connector.connector_id for connector in site.connectors[:1]))

    def after_closing() -> None:
        Travel(site, grid, closed, before=travel).times_to(cells[0])

    def first() -> None:
        Travel(site, grid).times_to(cells[0])

    travel = Travel(site, grid)
    fresh = iter(cells)
    floor = rng.integers(0, len(site.floors), 1000)
    x_m, y_m = rng.uniform(0, 240, 1000), rng.uniform(0, 120, 1000)
    print(f"{site.name.en}: {grid.n_cells} cells of {grid.cell_m} m, {len(grid.step_m)} steps; CPU ms")
    print(f"load_site                          {cpu_ms(lambda: load_site(directory), 3):8.1f}")
    print(f"build_grid                         {cpu_ms(lambda: build_grid(site), 3):8.1f}")
    print(f"times_to, nothing known yet        {cpu_ms(first, 3):8.1f}")
    print(f"times_to, one cell to all (fresh)  {cpu_ms(lambda: travel.times_to(next(fresh))):8.1f}")
    print(f"close a connector, then times_to   {cpu_ms(after_closing, 5):8.1f}")
    print(f"path across (field known)          {cpu_ms(lambda: travel.path(cells[1], cells[0])):8.1f}")
    print(f"legs across (field known)          {cpu_ms(lambda: travel.legs(cells[1], cells[0])):8.1f}")
    print(f"cells_at, 1000 points              {cpu_ms(lambda: grid.cells_at(floor, x_m, y_m)):8.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "config/sites/demo"))
