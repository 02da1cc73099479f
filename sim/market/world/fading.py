"""How memory fades, where good and bad memories of a brand may fade at speeds of their own that change with time.

A memory is stored as of the last purchase, and read as that times what is left of it. While nothing makes a brand
differ, that is exp(-speed x weeks). Else a table by age is carried on from week to week, kept[a + 1] <- kept[a] x
exp(-speed now), so that a speed acts only in the weeks in which it held.
"""

import numpy as np

from sim.market.compiled import Array, kernel
from sim.market.fastmath import exp
from sim.market.state import Field, Frame

f = np.float32
FIELDS = (
    Field("fade", ("1",), "float64", "1/week", "speed at which memory fades, and one's own word against others'"),
    Field("fades_plainly", ("B",), "bool", "yes/no", "whether all memories of the brand fade at that speed", fill=1),
    Field("memory_kept", ("B", "2", "A"), "float32", "", "share of a good (0), bad (1) memory left by weeks", fill=1),
)


def fade_plainly(world: Frame, speed: float) -> None:
    """Set the speed at which memories fade of brands that do nothing about it, in 1/week."""
    world.fade[:] = speed
    world.memory_kept[world.fades_plainly] = np.exp(-speed * np.arange(world.memory_kept.shape[2]))


def fade_by_sign(world: Frame, brand: int, good: float, bad: float) -> None:
    """Let a week pass in which good and bad memories of a brand fade at these speeds, in 1/week."""
    world.fades_plainly[brand] = False
    for kept, speed in zip(world.memory_kept[brand], (good, bad), strict=True):
        kept[1:] = kept[:-1] * np.exp(-speed)
        kept[0] = 1.0


@kernel
def recall(
    who: Array, count: int, choice: Array, memory: Array, fade: float, week: int, previous_week: Array, faded: Array
) -> None:
    """Look up what is left of the memory of the chosen brand: `faded[j]`, all fading at one speed."""
    for j in range(count):
        faded[j] = memory[who[j], choice[j]]
    for j in range(count):
        faded[j] *= exp(f(-fade) * f(np.int32(week) - np.int32(previous_week[j])))


@kernel
def recall_by_sign(
    who: Array, count: int, choice: Array, memory: Array, kept: Array, week: int, previous_week: Array, faded: Array
) -> None:
    """Do the same by the table of what is left."""
    oldest = np.int32(kept.shape[2] - 1)
    for j in range(count):
        b = choice[j]
        was = memory[who[j], b]
        age = min(np.int32(week) - np.int32(previous_week[j]), oldest)
        faded[j] = was * kept[b, np.uint32(was < f(0)), np.uint32(age)]
