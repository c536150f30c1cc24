"""A small TOML writer for our own files: tables of lists, one entry a line, so that diffs read well."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Any]) -> str:
    """Tables (dicts) as ``[name]`` with a key a line, lists of tables as arrays with an entry a line."""
    lists = [
        f"{_key(name)} = [\n" + "".join(f"  {_value(entry)},\n" for entry in value) + "]\n"
        for name, value in document.items()
        if not isinstance(value, dict)
    ]
    tables = [
        f"[{_key(name)}]\n" + "".join(f"{_key(key)} = {_value(part)}\n" for key, part in value.items())
        for name, value in document.items()
        if isinstance(value, dict)
    ]
    return "\n".join([*lists, *tables])  # plain keys must stand before the first table


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # JSON's escapes are TOML's
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written as TOML")
