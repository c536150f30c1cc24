"""config/nearhand.toml, generated: every setting at its default with its reason.

python -m runtime.settings_doc > config/nearhand.toml
"""

import ast
import inspect
import json
import sys
import textwrap
from typing import Any

import msgspec

from runtime.settings import Settings

HEAD = """# Every setting of nearhand, commented out at its default, with its unit and reason.
# A file given with --config needs only what it changes; unknown keys are refused.
# Generated: python -m runtime.settings_doc > config/nearhand.toml
"""


def main() -> None:
    sys.stdout.write(render())


def render() -> str:
    """The file."""
    sections = msgspec.structs.fields(Settings)
    return HEAD + "".join(f"\n[{one.name}]\n{_section(type(one.default))}" for one in sections)


def _section(kind: type[msgspec.Struct]) -> str:
    reasons = _reasons(kind)
    lines = []
    for field in msgspec.structs.fields(kind):
        lines += textwrap.wrap(reasons.get(field.name, ""), 108, initial_indent="# ", subsequent_indent="# ")
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        lines.append(f"#{field.encode_name} = {_toml(default)}\n")
    return "\n".join(lines)


def _reasons(kind: type) -> dict[str, str]:
    """Field → the string under it."""
    node = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(node, ast.ClassDef)
    found = {}
    for statement, after in zip(node.body, node.body[1:], strict=False):
        match statement, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                found[name] = " ".join(str(text).split())
    return found


def _toml(value: Any) -> str:
    """A value as TOML writes it; None has no TOML, so it is said in words."""
    if value is None:
        return '""   # none'
    plain = msgspec.to_builtins(value)
    if isinstance(plain, dict):
        inner = ", ".join(f"{key} = {_toml(entry)}" for key, entry in plain.items())
        return f"{{ {inner} }}" if inner else "{}"
    return json.dumps(plain, ensure_ascii=False)  # scalars and lists are written alike in JSON and TOML


if __name__ == "__main__":
    main()
