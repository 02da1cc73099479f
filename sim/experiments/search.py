"""The search for the intensity at which an arm costs what it should: secant steps in logarithms, within a bracket.

Costs grow with intensity about as a power of it, smoothly, since all trials share their chance; a straight line through
the last two trials in logarithms therefore meets the target after two or three of them.
"""

import math
from dataclasses import dataclass, field

MATCHED_WITHIN = 0.01
"""Largest error of a cost on the calibration seeds, against the target."""

MATCHED_ROUGHLY = 0.05
"""Largest error where a cost jumps over its target: rewards are whole cents, and in small markets a shopper counts."""

MOST_TRIALS = 10
PATIENCE = 7
"""Trials after which the nearest so far will do, if it is within `MATCHED_ROUGHLY`."""

FEWEST_SEEDS = 4
MOST_SEEDS = 12
"""Calibration seeds: the fewest at first, and as many as it takes for `STANDARD_ERROR`, up to the most."""

STANDARD_ERROR = 0.01
"""Standard error of a mean cost over calibration seeds, against the target, that asks for no more seeds."""

STEEPEST = 4.0
FLATTEST = 0.3
"""Bounds of the power by which costs are taken to grow, so that no step goes too far."""


NARROWEST = 1.002
"""Ratio of the ends of a bracket within which the cost jumps."""


@dataclass
class Search:
    """Where the search for one intensity has come to.

    Attributes
    ----------
    target
        What is to be reached.
    x
        The intensity to try, or that was tried last.
    most
        The largest intensity that is allowed.
    slack
        By how much the target may be missed.
    power
        The power of the intensity by which the cost is taken to grow, until two trials tell.
    tried
        Intensities and costs so far.
    """

    target: float
    x: float
    most: float
    slack: float
    power: float = 1.0
    tried: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x = min(self.x, self.most)

    @property
    def is_met(self) -> bool:
        """True if the last trial cost what it should."""
        return abs(self.tried[-1][1] - self.target) <= self.slack

    @property
    def is_out_of_reach(self) -> bool:
        """True if even the most costs less than it should."""
        return self.x >= self.most and self.tried[-1][1] < self.target - self.slack

    def learn(self, cost: float) -> None:
        """Take note of what the intensity at hand costs."""
        self.tried.append((self.x, cost))

    def correct(self, cost: float) -> None:
        """Take note of what the intensity at hand costs on more seeds, and correct all earlier trials by as much."""
        before = self.tried[-1][1]
        ratio = cost / before if before > 0 else 1.0
        self.tried = [(x, one * ratio) for x, one in self.tried[:-1]] + [(self.x, cost)]

    def step(self) -> None:
        """Choose the next intensity to try."""
        (x, cost), (below, above) = self.tried[-1], self._bracket()
        if above < NARROWEST * below:
            self.settle()
            return
        self._learn_power()
        guess = 10.0 * x if math.isinf(self.most) else self.most  # where it costs nothing, go as far as one may
        if cost > 0:
            guess = x * (self.target / cost) ** (1.0 / self.power)
        if not below < guess < above:
            guess = 2.0 * below if math.isinf(above) else (below + above) / 2.0
        self.x = min(guess, self.most)

    def settle(self) -> None:
        """Go back to the intensity that came nearest, and be content with less."""
        self.x = min(self.tried, key=lambda one: abs(one[1] - self.target))[0]
        self.slack = max(self.slack, MATCHED_ROUGHLY * self.target)

    def _bracket(self) -> tuple[float, float]:
        """Return the intensities between which the target lies.

        Where several parts of an arm are sought at once each shifts the others a little; a bracket that no longer
        holds is forgotten.
        """
        below = max((x for x, cost in self.tried if cost < self.target), default=0.0)
        above = min((x for x, cost in self.tried if cost >= self.target), default=math.inf)
        if below < above:
            return below, above
        self.tried = self.tried[-1:]
        return self._bracket()

    def _learn_power(self) -> None:
        points = [(math.log(x), math.log(cost)) for x, cost in self.tried[-2:] if x > 0 and cost > 0]
        if len(points) == 2 and abs(points[1][0] - points[0][0]) > 1e-3:
            slope = (points[1][1] - points[0][1]) / (points[1][0] - points[0][0])
            self.power = min(max(slope, FLATTEST), STEEPEST)
