"""The public face: load a scenario, run it into a result folder, compare its arms, read a result back."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import ResultError, UsageError
from sim.experiments.compare import differences as paired_differences
from sim.experiments.footprint import refuse_too_large
from sim.experiments.money import Money, money_of
from sim.experiments.replicates import Progress
from sim.experiments.result import BASELINE, Difference, Result
from sim.experiments.run import WINDOW, run_scenario
from sim.experiments.steady import is_settled, settled
from sim.experiments.store import content_key, folder_for, is_finished, model_version, original_name, write_result
from sim.experiments.store import load_result as _load_result
from sim.market.week import Behaviour
from sim.report.figures import figures_of
from sim.scenario.load import LoadedScenario, open_scenario
from sim.scenario.write import to_toml

Overrides = Mapping[str, object] | Sequence[str]

COMMAND = "compare"
"""What a result folder says it was made by; `run` makes the same folder, and `compare` has all the flags."""


@dataclass(frozen=True)
class Finished:
    """A finished run: what was measured, the differences between arms, and where it was written.

    Attributes
    ----------
    result, differences
        What was measured, and each arm less the arm it was compared with.
    folder
        The result folder; None if nothing was to be written.
    reused
        Whether an earlier run's folder was read instead of running again.
    """

    result: Result
    differences: list[Difference]
    folder: Path | None
    reused: bool

    @property
    def money(self) -> list[Money]:
        """What each arm cost the focal brand and what came back, beyond the baseline."""
        return money_of(self.result)


def load_scenario(
    name_or_path: str | Path, overrides: Overrides = (), behaviours: Mapping[str, Behaviour] | None = None
) -> LoadedScenario:
    """Read a shipped scenario by its name, or a file.

    Parameters
    ----------
    name_or_path, overrides
        A shipped scenario's name or a file, with `PATH=VALUE` texts or a mapping.
    behaviours
        Behaviours that the scenario may name; those that ship if None.

    Raises
    ------
    ScenarioError
        With every problem found.
    """
    classes = None if behaviours is None else {name: b.params for name, b in behaviours.items()}
    loaded = open_scenario(name_or_path, overrides, classes)
    name = None if overrides else original_name(loaded.sources[-1])
    return loaded if name is None else replace(loaded, name=name)


def run(
    scenario: str | Path | LoadedScenario,
    *,
    overrides: Overrides = (),
    out: str | Path | None = "results",
    against: str = BASELINE,
    window: int | None = None,
    threads: int = 2,
    force: bool = False,
    behaviours: Mapping[str, Behaviour] | None = None,
    tell: Progress | None = None,
) -> Finished:
    """Run all arms and replicates of a scenario, or read them back if the same was run before.

    Parameters
    ----------
    scenario, overrides
        A shipped scenario's name or a file, with `PATH=VALUE` texts or a mapping; or a loaded scenario.
    out
        Folder in which the result folder is made; None to write nothing.
    against
        Arm that the others are compared with.
    window
        Weeks before the run-off over which metrics are compared; 26, or all if there are fewer, if None.
    threads, force
        Threads to use, which change the speed and nothing else; run again even if the same was run before.
    behaviours, tell
        Behaviours to choose from (those that ship if None); called with the share done and what is being done.

    Raises
    ------
    ScenarioError, UsageError, ResultError
        If the scenario is wrong, cannot be run as asked, or the result cannot be written.
    """
    loaded = scenario
    if not isinstance(loaded, LoadedScenario):
        loaded = load_scenario(loaded, overrides, behaviours)
    elif overrides:
        raise UsageError("overrides go with a scenario's name or file; give them to `load_scenario`")
    window = min(WINDOW, loaded.scenario.weeks) if window is None else window
    _check_asked(loaded, against, window)
    options: dict[str, Any] = {"against": against, "window": window}
    folder = None
    if out is not None:
        if not is_settled(loaded.scenario.market, loaded.scenario.behaviours):  # seconds, to be spent only if it runs
            _check_room(loaded, out, behaviours, threads)
        loaded = _at_rest(loaded, behaviours, tell)
        folder = _folder_of(loaded, Path(out), options, behaviours)
        if is_finished(folder) and not force:
            kept = _load_result(folder)
            return Finished(kept, paired_differences(kept, against), folder, reused=True)
    _check_room(loaded, out, behaviours, threads)
    result = run_scenario(loaded, threads=threads, window=window, behaviours=behaviours, tell=tell)
    done = Finished(result, paired_differences(result, against), folder, reused=False)
    _write(done, options, force, tell)
    return done


def _write(done: Finished, options: Mapping[str, Any], force: bool, tell: Progress | None) -> None:
    """Write a run into its folder, if it is to have one."""
    if done.folder is None:
        return
    if tell is not None:
        tell(1.0, "writing")
    figures = figures_of(done.result, done.differences)
    write_result(
        done.result, done.differences, done.folder, command=COMMAND, options=options, figures=figures, force=force
    )


def compare(scenario: str | Path | LoadedScenario, **options: Any) -> list[Difference]:  # noqa: ANN401 - as `run`
    """Run a scenario as `run` does and return only the paired differences of its arms."""
    return run(scenario, **options).differences


def load_result(path: str | Path) -> Result:
    """Read a result folder back.

    Raises
    ------
    ResultError
        If it is missing, unfinished or damaged.
    """
    return _load_result(Path(path))


def _check_asked(loaded: LoadedScenario, against: str, window: int) -> None:
    """Refuse, before anything runs, what cannot be answered."""
    arms = loaded.scenario.arms
    if against not in arms:
        raise ResultError(f"--against {against!r}: no such arm; {loaded.name} has {', '.join(arms)}")
    if not 1 <= window <= loaded.scenario.weeks:
        raise ResultError(f"--window {window}: must be from 1 to the scenario's {loaded.scenario.weeks} weeks")


def _at_rest(
    loaded: LoadedScenario, behaviours: Mapping[str, Behaviour] | None, tell: Progress | None
) -> LoadedScenario:
    """Put in the fitted constants, so that a result's own `scenario.toml` asks for the same folder again."""
    scenario = loaded.scenario
    if tell is not None and not is_settled(scenario.market, scenario.behaviours):
        tell(0.0, "market at rest")
    constants = settled(scenario.market, scenario.behaviours, behaviours).calibrated
    return replace(loaded, scenario=scenario.model_copy(update={"calibrated": constants}))


def _folder_of(
    loaded: LoadedScenario, out: Path, options: Mapping[str, object], behaviours: Mapping[str, Behaviour] | None
) -> Path:
    """Return where a result belongs; what was asked includes the text of behaviours that do not ship."""
    sources = {name: b.source for name, b in (behaviours or {}).items() if b.source}
    asked = {**options, "sources": sources} if sources else options
    return folder_for(out, loaded.name, content_key(COMMAND, asked, to_toml(loaded.scenario), model_version()))


def _check_room(
    loaded: LoadedScenario, out: str | Path | None, behaviours: Mapping[str, Behaviour] | None, threads: int
) -> None:
    """Refuse what would run out of memory, or could not be written in the end."""
    refuse_too_large(loaded.scenario, behaviours, threads)
    if out is None:
        return
    full = Path(out).absolute()
    there = next(path for path in (full, *full.parents) if path.exists())
    if not there.is_dir():
        raise ResultError(f"--out {out}: {there} is a file; choose another folder")
    try:
        with tempfile.TemporaryDirectory(prefix=".", dir=there):
            pass
    except OSError as error:
        raise ResultError(f"--out {out}: cannot be written ({error.strerror}); choose another folder") from error
