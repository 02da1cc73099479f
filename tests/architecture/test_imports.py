"""Who may know whom: imports point down only, nothing goes in circles, and files and functions stay small."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parent
LEVELS = (
    {"errors"},
    {"market", "measure"},
    {"scenario"},
    {"experiments"},
    {"report", "validity"},
    {"api"},
    {"page"},
    {"cli"},
)
"""A room imports from lower levels only: not from its own level, and never upwards; `cli` stands on top of `page`."""

FRONT_DOOR = "sim"
"""Hands out public names when they are first used, which is not an import of its own; it holds nothing else."""

MEASURES_MAY_IMPORT = {"sim.errors"}
REPORTS_MAY_IMPORT = {
    "sim.experiments.result",
    "sim.experiments.leader",
    "sim.experiments.money",
    "sim.experiments.store_words",
    "sim.market.record.weekly",
}
"""What makes figures and documents sees results, and the words for what was measured; it never simulates."""
NEVER_NEEDED_BY_REPORTS = {"sim.market.market", "sim.experiments.run", "sim.experiments.steady"}

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 60
MAY_PRINT = {"sim/cli/__init__.py", "sim/cli/progress.py"}
HEAVY = ("numba", "mesa", "matplotlib", "scipy", "pyarrow", "pandas", "nicegui", "rich")


@dataclass(frozen=True)
class Import:
    """One import of something of the project, by a module of the project."""

    importer: str
    imported: str
    line: int


def name_of(path: Path) -> str:
    """Return the dotted name of a source file; that of a package for its `__init__`."""
    parts = ["sim", *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the project, read."""
    for name, path in SOURCES.items():
        yield name, ast.parse(path.read_text(), str(path))


def is_for_types_only(node: ast.AST) -> bool:
    """Say whether code runs only in a type checker."""
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node that runs; lazy imports in functions count, those for a type checker do not."""
    for child in ast.iter_child_nodes(node):
        if is_for_types_only(child):
            assert isinstance(child, ast.If)
            for other in child.orelse:
                yield from (other, *running(other))
            continue
        yield child
        yield from running(child)


def imports() -> list[Import]:
    """Return every import of the project by itself, to the module where a name lives."""
    found = []
    for name, tree in trees():
        for node in tree.body if name == FRONT_DOOR else running(tree):
            for target in targets(name, node):
                if target == "sim" or target.startswith("sim."):
                    assert isinstance(node, ast.Import | ast.ImportFrom)
                    found.append(Import(name, target, node.lineno))
    return found


def targets(name: str, node: ast.AST) -> list[str]:
    """Return the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = name.split(".") if SOURCES[name].name == "__init__.py" else name.split(".")[:-1]
        base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
    return [f"{base}.{a.name}" if f"{base}.{a.name}" in SOURCES else base for a in node.names]


def room(module: str) -> str:
    """Return the room that a module is in: `sim.market.week` is in `market`."""
    return module.split(".")[1] if "." in module else ""


def level(module: str) -> int:
    """Return how high a room stands."""
    found = [n for n, rooms in enumerate(LEVELS) if room(module) in rooms]
    assert found, f"{module} is in a room that has no level; add it to LEVELS"
    return found[0]


IMPORTS = imports()


def test_the_walk_sees_the_imports_that_are_there():
    known = {(i.importer, i.imported) for i in IMPORTS}
    assert ("sim.market.market", "sim.market.chance") in known  # from sim.market import chance
    assert ("sim.scenario.load", "sim.market.week") in known  # a lazy one, inside a function
    assert ("sim.market.week", "sim.market.block") not in known  # for a type checker only
    assert len(known) > 100


def test_arrows_point_down_only():
    upward = [
        f"{i.importer}:{i.line} imports {i.imported}"
        for i in IMPORTS
        if room(i.imported) not in {room(i.importer), ""} and level(i.imported) >= level(i.importer)
    ]
    assert not upward


def test_every_room_has_a_level():
    assert all(level(name) >= 0 for name in SOURCES if room(name))


def test_the_front_door_imports_nothing_when_it_is_imported():
    assert not [i for i in IMPORTS if i.importer == FRONT_DOOR]


def test_measures_know_nothing_of_the_simulation():
    assert not [i for i in IMPORTS if room(i.importer) == "measure" and room(i.imported) != "measure"
                and i.imported not in MEASURES_MAY_IMPORT]  # fmt: skip


def test_reports_never_simulate():
    assert not [
        f"{i.importer}:{i.line} imports {i.imported}"
        for i in IMPORTS
        if room(i.importer) == "report"
        and room(i.imported) in {"market", "experiments", "validity"}
        and i.imported not in REPORTS_MAY_IMPORT
    ]
    needed = {name for name in SOURCES if room(name) == "report"}
    while more := {i.imported for i in IMPORTS if i.importer in needed} - needed:
        needed |= more
    assert not needed & NEVER_NEEDED_BY_REPORTS


def test_behaviours_never_import_each_other():
    shipped = "sim.market.behaviours"
    between = [i for i in IMPORTS if i.importer.startswith(f"{shipped}.") and i.imported.startswith(shipped)]
    assert not between
    # nor does anybody else know one by name: they are found
    assert not [i for i in IMPORTS if room(i.importer) == "market" and i.imported.startswith(f"{shipped}.")]


def test_no_imports_go_in_a_circle():
    known: dict[str, set[str]] = {name: set() for name in SOURCES}
    for i in IMPORTS:
        if i.imported in known:
            known[i.importer].add(i.imported)
    while free := {name for name, needs in known.items() if not needs}:
        known = {name: needs - free for name, needs in known.items() if name not in free}
    assert not known, f"in a circle, or needing one: {', '.join(sorted(known))}"


def test_chance_comes_from_one_place():
    strangers = []
    for name, tree in trees():
        for node in ast.walk(tree):
            owner = getattr(node.value, "id", "") if isinstance(node, ast.Attribute) and node.attr == "random" else ""
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if owner in {"np", "numpy"} or any(m in {"random", "secrets", "numpy.random"} for m in modules):
                strangers.append(f"{name}:{node.lineno}")
    assert not strangers


def test_only_the_command_line_prints():
    printing = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        if room(name) not in MAY_PRINT
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert not printing


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_has_at_most_three_hundred_lines(name):
    lines = SOURCES[name].read_text().count("\n")
    assert lines <= MOST_LINES_OF_A_FILE


def test_no_function_has_more_than_sixty_lines():
    long = [
        f"{name}:{node.lineno} {node.name} has {lines}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, sim; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
