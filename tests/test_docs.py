"""The pages say what is: verbs, counters, links, decisions, and nothing that is not the product's."""

import ast
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from runtime.cli import VERBS

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS: Final = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
COUNTED: Final = ("mqtt", "bus", "jetstream", "host")
"""Modules of runtime whose counters every process has."""
LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//")
FOREIGN: Final = ("helper" + "-", "sub" + "-agent", "/" + "work/", "issue" + " 2")
"""Of some workplace, not of the product. Put together here, so that this file may be looked at too."""
GENERATED: Final = ("package-lock.json", "dashboard/static/", "tests/browser/vendor/")


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def prose(file: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", file.read_text(encoding="utf-8"), flags=re.M | re.S)


# --- verbs and counters ------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_told_of(verb: str) -> None:
    said = re.compile(rf"`(\./)?(nearhand )?{verb}( [^`\n]*)?`|nearhand {verb}\b")
    assert any(said.search(page.read_text(encoding="utf-8")) for page in PAGES)


def causes_in(tree: ast.Module) -> set[str]:
    """Of the ``WireError`` that a module raises."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    raised = [call.args[0] for call in calls if ast.unparse(call.func) == "WireError"]
    return {cause.value for cause in raised if isinstance(cause, ast.Constant)}


def counter_names(node: ast.expr, tree: ast.Module, causes: set[str]) -> set[str]:
    """The keys that ``counters[node]`` may have."""
    match node:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue()]):
            return {start + cause for cause in causes}
        case ast.Name(id=variable):
            given = [one for one in ast.walk(tree) if isinstance(one, ast.Assign)]
            texts = [one.value for one in given if ast.unparse(one.targets[0]) == variable]
            return {text.value for text in texts if isinstance(text, ast.Constant)}
        case _:
            raise AssertionError(f"a counter whose name cannot be known: {ast.unparse(node)}")


def counters() -> set[str]:
    """Every counter that a process of ours counts on the bus and in its host."""
    files = [ROOT / "contracts" / "wire.py", *(ROOT / "runtime" / f"{name}.py" for name in COUNTED)]
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    causes = {cause for tree in trees for cause in causes_in(tree)}
    return {
        name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr.lstrip("_") == "counters"
        for name in counter_names(node.slice, tree, causes)
    }


def test_the_counters_are_found() -> None:
    assert {"received", "sent", "dropped_not_a_message", "dropped_not_yours", "journal_retries"} <= counters()


@pytest.mark.parametrize("counter", sorted(counters()))
def test_every_counter_of_a_process_is_explained(counter: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    assert any(f"`{counter}`" in names for names in rows)


# --- links -------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.*?) *$", prose(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.findall(prose(page)):
        if OUTSIDE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.exists() and target.is_relative_to(ROOT)
        if is_there and anchor and target.suffix == ".md":
            is_there = anchor in anchors(target)
        if not is_there:
            dead.append(link)
    assert dead == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file() or page.suffix != ".md":
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(prose(page)) if not OUTSIDE.match(link))
        waiting += [(page.parent / link).resolve() for link in links if link]
    orphans = [relative(page) for page in PAGES if page not in reached and page not in DECISIONS]
    assert orphans == []


# --- decisions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", DECISIONS, ids=relative)
def test_a_decision_says_when_why_what_and_at_what_price(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {page.name[:4]} \S", text), "number and title"
    assert re.search(r"^(Status: )?(Accepted|Superseded by \d{4}), 20\d\d-\d\d-\d\d\.", text, flags=re.M)
    places = [text.find(f"**{part}.**") for part in ("Context", "Decision", "Consequences")]
    assert -1 not in places, "context, decision, consequences"
    assert places == sorted(places)


def test_decisions_are_numbered_without_gap() -> None:
    assert [page.name[:4] for page in DECISIONS] == [f"{n:04d}" for n in range(1, len(DECISIONS) + 1)]


# --- words -------------------------------------------------------------------------------------------


def test_the_repository_speaks_of_the_product_only() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: what belongs to the repository is not known")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if any(part in name for part in GENERATED) or not file.is_file():
            continue
        content = file.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode(errors="replace").lower()
        found += [f"{name}: {word!r}" for word in FOREIGN if word in text]
    assert found == []
