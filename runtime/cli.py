"""The command ``nearhand``: its verbs, each with ``--help``. Verbs are imported only when called.

A Raspberry Pi that runs ``nearhand gateway`` needs neither numpy nor a web server installed.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from contracts.errors import NearhandError, StartupError

VERBS: Final[dict[str, tuple[str, str]]] = {
    "up": ("runtime.up", "run everything on this machine, with an embedded broker and store"),
    "gateway": ("runtime.agent", "our own gateway: hear tags with this machine's Bluetooth radio"),
    "positioning": ("runtime.serve", "one service alone: ingest and positioning"),
    "dispatcher": ("runtime.serve", "one service alone: calls, offers, deadlines"),
    "dashboard": ("runtime.serve", "one service alone: the pages"),
    "simulator": ("runtime.serve", "a simulated mall, live on the broker"),
    "simulate": ("runtime.simulate", "a simulated mall on a virtual clock, with faults and invariants"),
    "replay": ("runtime.replay", "send a recording through the broker as if it were live"),
    "evaluate": ("runtime.evaluate", "positioning accuracy on recordings with known truth"),
    "calibrate": ("runtime.calibrate", "fit the radio model to a commissioning walk"),
    "decode": ("runtime.decode", "gateway payloads as JSON lines in, observations as JSON lines out"),
    "site": ("runtime.site_commands", "check, draw or import the description of a site"),
    "tls": ("runtime.tls", "an authority and a certificate of one's own, so that the pages are https"),
    "record": ("runtime.record", "record live observations into a recording folder"),
}
"""Verb → the module that has ``add_parsers(subparsers)``, and what it does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a verb; the exit status. An operator's error is one readable paragraph and status 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="nearhand", description="Finds the nearest free, qualified hands in a mall."
    )
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB")
    chosen = next((word for word in given if not word.startswith("-")), None)
    if chosen in VERBS:
        importlib.import_module(VERBS[chosen][0]).add_parsers(subparsers)
    else:
        for verb, (_, text) in VERBS.items():
            subparsers.add_parser(verb, help=text, add_help=False)
    parsed = parser.parse_args(given)
    if parsed.verb is None or not hasattr(parsed, "run"):
        parser.print_help()
        return 0 if parsed.verb is None and not given else 2
    try:
        return int(parsed.run(parsed))
    except StartupError as error:
        print(f"nearhand: {error}", file=sys.stderr)
        return 2
    except NearhandError as error:
        print(f"nearhand: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
