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
    """One thing that is wrong.

    Parameters
    ----------
    keys
        Path of what is wrong.
    what
        What is wrong with it, and what is allowed.
    place
        Who said it, if that is not who said what stands at the path.
    whole
        Whether it is the rule of a table as a whole, which holds only once its single values are right.
    covers
        Whether it explains all else that seems wrong at the path or below.
    """

    keys: Keys
    what: str
    place: Place | None = None
    whole: bool = False
    covers: bool = False


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
