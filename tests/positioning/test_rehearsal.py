import json
import subprocess
import sys

PROGRAM = """
import json, sys
import numpy as np
from numba.core.registry import CPUDispatcher
from positioning.rehearsal import rehearse
from tests.positioning import builders as b

def made():
    every = [value for name, module in list(sys.modules.items()) if name.startswith("positioning.")
             for value in vars(module).values() if isinstance(value, CPUDispatcher)]
    return {value.py_func.__qualname__: len(value.signatures) for value in every}

rehearse()
before = made()
service, site = b.service(3), b.hall(3)
service.receive(b.enrolment("one", "two"), b.START)
for turn in range(8):
    at = b.START + turn * b.SECOND
    for number, device in enumerate(("one", "two")):
        b.hear(service, site, device, (number, 5.0 + 4.0 * turn, 20.0), at, np.random.default_rng(turn))
    service.wake(at)
print(json.dumps([before, made()]))
"""


def test_after_a_rehearsal_nothing_is_left_to_compile() -> None:
    """In a process of its own: in this one other tests have compiled everything."""
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    before, after = json.loads(run.stdout)
    assert before == after
    assert before["_again"] == before["_weigh"] == before["_look"] == before["_copy"] == 1
