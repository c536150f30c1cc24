"""A small TOML writer for our own files: tables of lists, one entry a line, so that diffs read well."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(document: Mapping[str, Any]) -> str:
    """Dicts as dotted keys, a line each; lists of tables as arrays, an entry a line; in their order."""
    parts = []
    for name, value in document.items():
        if isinstance(value, dict):
            lines = [f"{_key(name)}.{_key(key)} = {_value(part)}\n" for key, part in value.items()]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            entries = [f"  {_value(entry)},\n" for entry in value]
            lines = [f"{_key(name)} = [\n", *entries, "]\n"]
        else:
            lines = [f"{_key(name)} = {_value(value)}\n"]
        parts.append("".join(lines))
    return "\n".join(parts)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    """JSON's escapes are TOML's, but for one sign that TOML wants escaped and JSON does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, float):
        return repr(float(value))  # numpy's floats are floats but show themselves otherwise
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written as TOML")
