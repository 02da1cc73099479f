"""Where each value of a scenario was said, and how a problem with it is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.scenario.text import show_path
from sim.scenario.tree import Keys


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file, or an option of the command line.

    Parameters
    ----------
    rank
        How late it is read: what it says wins over all that has a lower rank.
    line
        Line counted from 1; 0 where there are no lines.
    source
        File as the user would write it, or `--set`.
    """

    rank: int
    line: int
    source: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


Places = dict[Keys, Place]
"""The place that said what is at each path."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, at one path; `what` says what it is and what is allowed."""

    keys: Keys
    what: str
    place: Place | None = None


def place_of(places: Mapping[Keys, Place], keys: Keys) -> Place:
    """Return where a path was said, or else the table around it."""
    for length in range(len(keys), 0, -1):
        if keys[:length] in places:
            return places[keys[:length]]
    return places.get((), Place(0, 0, ""))


def tell(problems: Iterable[Problem], places: Mapping[Keys, Place]) -> list[str]:
    """Write each problem as `file:line: path: what is wrong`, in reading order, none twice."""
    placed = {(problem.place or place_of(places, problem.keys), problem.keys, problem.what) for problem in problems}
    lines = []
    for place, keys, what in sorted(placed, key=lambda one: (one[0], show_path(one[1]), one[2])):
        lines.append(": ".join(part for part in (str(place), show_path(keys), what) if part))
    return lines
