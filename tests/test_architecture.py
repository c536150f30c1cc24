"""The house stands as drawn: mirrors, sizes, captions, and nobody imports upwards."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("contracts", "gateway", "positioning", "dispatcher", "dashboard", "firmware_sim", "runtime")
LINES_LIMIT = 600
FUNCTION_LIMIT = 70


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if not {"frontend", "node_modules", "migrations"} & set(file.parts):
                yield file


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", list(modules()), ids=relative)
def test_a_module_says_what_it_is_for_and_is_one_job(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a module opens with its caption"
    assert source.count("\n") <= LINES_LIMIT, "more than one job: split it"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= FUNCTION_LIMIT, f"{node.name} has {length} lines"


WITHOUT_MIRROR: Final = {
    *(  # data: its wire form is tested in test_wire.py
        f"contracts/{name}.py"
        for name in ("messages", "values", "edge", "positions", "commands", "facts", "views")
    ),
    "contracts/service.py",  # an interface
    "contracts/errors.py",
    "contracts/sitemap.py",  # data: tested through site files and checks
    "dashboard/past.py",  # data and interfaces: tested through runtime/past.py, which fills them
    "runtime/__main__.py",
    "runtime/tables.py",  # data: tested through the store
    "runtime/accounts_tables.py",
}


@pytest.mark.parametrize("file", list(modules()), ids=relative)
def test_every_module_has_its_mirror(file: Path) -> None:
    name = relative(file)
    if file.name in ("__init__.py", "settings.py") or name in WITHOUT_MIRROR:
        return
    inner = file.relative_to(ROOT)
    mirror = ROOT / "tests" / inner.parent / f"test_{file.name}"
    flat = ROOT / "tests" / inner.parts[0] / f"test_{file.name}"
    assert mirror.exists() or flat.exists(), f"no {mirror.relative_to(ROOT)}"


def test_every_test_folder_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_the_gateway_agent_needs_neither_numpy_nor_a_web_server() -> None:
    program = (
        "import sys, runtime.cli as cli\n"
        "try:\n    cli.main(['gateway', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'scipy', 'shapely', 'fastapi', 'uvicorn', 'sqlalchemy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_registry_address_and_no_machine_path_is_written_down() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if file.suffix in (".txt", ".json", ".toml", ".py", ".md", ".in", ".ts") and file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            assert "--index-url" not in text or name == "tests/test_architecture.py", name
            if file.name == "package-lock.json":
                assert '"resolved": "http' not in text, name
