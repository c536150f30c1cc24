"""docs/wire.md, generated from the message classes: ``python -m runtime.wire_doc > docs/wire.md``."""

import ast
import importlib
import inspect
import sys
from typing import Final

from contracts import wire
from contracts.messages import Command, Fact, Message

MODULES: Final = ("edge", "positions", "commands", "facts", "views", "values")
HEAD: Final = """# The wire

Generated from `contracts/` by `python -m runtime.wire_doc > docs/wire.md`; a test keeps it fresh.

Messages travel over MQTT 3.1.1 as MessagePack maps; the same message as JSON is accepted on the same topic
(first byte `{`). The field `type` holds the message's name. Readers skip unknown fields; new fields get
defaults; types never change; a breaking change gets a new topic root. In JSON, `bytes` are base64. Instants
are integer microseconds since 1970 UTC. Columns are packed little-endian; `contracts/columns.py` reads and
writes them.

`<site>` is the id of the site. Identifiers in topics are `[A-Za-z0-9_-]`, at most 64.
"""


def main() -> None:
    sys.stdout.write(render())


def render() -> str:
    """The page."""
    parts = [HEAD, "## Topics\n", "| topic | message | QoS | retained |", "|---|---|---|---|"]
    carried: dict[wire.Route, list[str]] = {}
    for kind, route in wire.ROUTES.items():
        carried.setdefault(route, []).append(f"[{kind.__name__}](#{kind.__name__.lower()})")
    for route, kinds in sorted(carried.items(), key=lambda entry: entry[0].template):
        topic = f"{wire.ROOT}/<site>/{route.template}"
        parts.append(f"| `{topic}` | {' · '.join(sorted(kinds))} | {route.qos} | {_yes(route.retain)} |")
    own = f"{wire.ROOT}/<site>/{wire.HANDHELD_COMMANDS}"
    parts.append(f"| `{own}` | any command by `unit/<unit_id>` | 1 | |")
    for name in MODULES:
        module = importlib.import_module(f"contracts.{name}")
        parts += ["", f"## {_first_line(module.__doc__)}"]
        tree = ast.parse(inspect.getsource(module))
        parts += [_describe(node, module) for node in tree.body if isinstance(node, ast.ClassDef)]
    return "\n".join(parts).rstrip() + "\n"


def _describe(node: ast.ClassDef, module: object) -> str:
    kind = getattr(module, node.name)
    if kind in (Message, Command, Fact):
        return ""
    lines = [f"\n### {node.name}\n", _first_line(ast.get_docstring(node))]
    rows = []
    if issubclass(kind, Command):
        rows += _fields(_class_node(Command))
    if issubclass(kind, Fact):
        rows += _fields(_class_node(Fact))
    rows += _fields(node)
    if rows:
        lines += ["", "| field | type | default | meaning |", "|---|---|---|---|", *rows]
    return "\n".join(lines)


def _class_node(kind: type) -> ast.ClassDef:
    node = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(node, ast.ClassDef)
    return node


def _fields(node: ast.ClassDef) -> list[str]:
    """One table row per annotated field, with the string under it as its meaning."""
    rows = []
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        meaning = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            meaning = " ".join(str(after.value.value).split())
        name, default = statement.target.id, statement.value
        if isinstance(default, ast.Call):
            given = [k.value for k in default.keywords if k.arg == "name"]
            name = str(given[0].value) if given and isinstance(given[0], ast.Constant) else name
            default = None
        kind = ast.unparse(statement.annotation).replace("|", "\\|")
        shown = "" if default is None else f"`{ast.unparse(default)}`"
        rows.append(f"| `{name}` | `{kind}` | {shown} | {meaning} |")
    return rows


def _first_line(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


if __name__ == "__main__":
    main()
