"""Logs: warnings always, the rest when asked for, on standard error with time and process."""

import re
import subprocess
import sys

import pytest

from runtime.settings import CLONE

PROGRAM = """
import logging
from runtime.telemetry import start_logging
start_logging("dispatcher", {verbose})
log = logging.getLogger("runtime.journal")
log.debug("too small"); log.info("by the way"); log.warning("disk is %d %% full", 91)
"""


@pytest.mark.parametrize(("verbose", "told"), [(False, ["WARNING"]), (True, ["INFO", "WARNING"])])
def test_a_record_is_one_line_on_standard_error(verbose: bool, told: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(verbose=verbose)],
        cwd=CLONE,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "", "standard output is for answers"
    lines = done.stderr.splitlines()
    assert [line.split()[3] for line in lines] == told
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} dispatcher WARNING runtime\.journal: disk is 91 % full",
        lines[-1],
    )
