"""Logs of a process: one line a record, on standard error; the supervisor collects them in files."""

import logging
import sys


def start_logging(name: str, verbose: bool = False) -> None:
    """Log warnings (or, verbose, everything of ours) with time and process name."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format=f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s",
    )
