"""The run-off in figures over weeks: how long it is, and its shade."""

from matplotlib.axes import Axes

from sim.experiments.result import Result
from sim.experiments.store_words import setting
from sim.report.style import FAINT, SHADE, SMALL


def run_off_weeks(result: Result) -> int:
    """Return the weeks of run-off that are shown, at the end of all weeks."""
    weeks = setting(result, "run_off_weeks")
    return weeks if isinstance(weeks, int) and weeks < len(result.weeks) else 0


def shade_run_off(axes: Axes, result: Result) -> None:
    """Shade the run-off, if there is one, and name it."""
    run_off = run_off_weeks(result)
    if not run_off:
        return
    first, last = int(result.weeks[0]), int(result.weeks[-1])
    axes.axvspan(last + 1 - run_off, last + 1, color=SHADE, linewidth=0, zorder=0)
    axes.text(
        last + 1 - run_off + 0.01 * (last - first), 0.98, "run-off", transform=axes.get_xaxis_transform(), size=SMALL,
        color=FAINT, va="top",
    )  # fmt: skip
