"""Runs: the only place with time, network, disk and processes."""

import os

# Our matrices are small: threads of the linear algebra library spin more than they help (6.4 ms of CPU
# instead of 1.8 for one look at the zones), and one thread gives the same bits everywhere.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
