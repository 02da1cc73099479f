"""From a name, a file, a text or another scenario to a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import ScenarioError
from sim.market.dials import Params
from sim.scenario.check import check
from sim.scenario.layers import Draft, lay
from sim.scenario.model import Scenario
from sim.scenario.overrides import Overrides, apply_overrides
from sim.scenario.read import find_file, read_file, read_text
from sim.scenario.shipped import name_of, shipped_files
from sim.scenario.write import as_tree

Behaviours = Mapping[str, type[Params]]


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario and where it came from.

    Parameters
    ----------
    scenario
        All of its values.
    name
        Its name as shipped, such as `markets/base`, or the file's name without its ending.
    sources
        Files it was read from; what it extends comes first, its own file last.
    """

    scenario: Scenario
    name: str
    sources: tuple[Path, ...]


def load_scenario(
    name_or_path: str | Path, overrides: Overrides = (), behaviours: Behaviours | None = None
) -> Scenario:
    """Read and check a scenario; see `open_scenario`, which also keeps its name and files."""
    return open_scenario(name_or_path, overrides, behaviours).scenario


def open_scenario(
    name_or_path: str | Path, overrides: Overrides = (), behaviours: Behaviours | None = None
) -> LoadedScenario:
    """Read and check a scenario.

    Parameters
    ----------
    name_or_path
        Name of a shipped scenario, such as `markets/base`, or a TOML file.
    overrides
        Values that win over those of the files: `PATH=VALUE` texts, or a mapping of paths to values.
    behaviours
        Parameters of every behaviour that the scenario may name; those that are found if left out.

    Raises
    ------
    ScenarioError
        If anything is wrong; carries every problem with file, line, path and what is allowed. A file that cannot be
        read or is not TOML is told alone, since nothing else can be judged then.
    """
    try:
        path = find_file(name_or_path, Path())
    except ValueError as error:
        raise ScenarioError([str(error)]) from error
    draft = lay(read_file(path))
    return LoadedScenario(_finish(draft, overrides, behaviours), name_of(path), draft.sources)


def parse_scenario(
    text: str, overrides: Overrides = (), behaviours: Behaviours | None = None, source: str = "scenario.toml"
) -> Scenario:
    """Read and check a scenario from a text, as `open_scenario` does from a file.

    Parameters
    ----------
    text
        What would be in the file; what it extends is looked up from the current folder.
    overrides, behaviours
        As for `open_scenario`.
    source
        What messages call the text.

    Raises
    ------
    ScenarioError
        If anything is wrong.
    """
    return _finish(lay(read_text(text, source)), overrides, behaviours)


def with_values(scenario: Scenario, values: Mapping[str, object]) -> Scenario:
    """Return a scenario with other values at some paths, checked as a whole.

    Parameters
    ----------
    scenario
        Where to begin; it stays as it is.
    values
        New values by path, such as `{"population.expertise.mean": 0.3}`.

    Raises
    ------
    ScenarioError
        If a path leads nowhere, a value is not allowed, or the values do not fit together.
    """
    known = {name: type(params) for name, params in scenario.behaviours.items()}
    return _finish(Draft(as_tree(scenario)), values, known)


def shipped() -> list[tuple[str, str, str]]:
    """List the scenarios that come with the program: name, title and question of each, by name.

    Raises
    ------
    ScenarioError
        If one of them cannot be read.
    """
    trees = {name: lay(read_file(path)).tree for name, path in shipped_files().items()}
    return [(name, str(tree.get("title", "")), str(tree.get("question", ""))) for name, tree in trees.items()]


def _finish(draft: Draft, overrides: Overrides, behaviours: Behaviours | None) -> Scenario:
    problems = apply_overrides(draft, overrides)
    return check(draft, known_behaviours() if behaviours is None else behaviours, problems)


def known_behaviours() -> dict[str, type[Params]]:
    """Return the parameters of every behaviour that is found; it imports them all, which takes a while."""
    from sim.market.week import discover

    return {name: behaviour.params for name, behaviour in discover().items()}
