"""The figures that go with a result, by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.experiments.result import Difference, Result


def figures_of(result: Result, differences: Sequence[Difference]) -> dict[str, Callable[[Path], None]]:
    """Return a function for each figure in which this result has something to show.

    Matplotlib is imported here and not before, since it takes a while.

    Parameters
    ----------
    result, differences
        What to draw.

    Returns
    -------
    dict
        `preference`, `differences`, `reasons`, `switchers`, `brands`, `funnel`, `costs`, `money` and `payback`, as far
        as there is something to show. Each function takes a path without ending and writes a PNG and an SVG;
        `sim.experiments.store.write_result` takes them as they are.
    """
    from sim.report.brands import draw_brands, has_brands
    from sim.report.costs import draw_costs, has_costs
    from sim.report.differences import draw_differences, has_differences
    from sim.report.funnel import draw_funnel, has_funnel
    from sim.report.money import draw_money, has_money
    from sim.report.payback import draw_payback
    from sim.report.preference import draw_preference, was_polled
    from sim.report.reasons import draw_reasons, has_reasons
    from sim.report.style import save
    from sim.report.switchers import draw_switchers, has_switchers

    figures: dict[str, Callable[[Path], None]] = {}
    if was_polled(result):
        figures["preference"] = lambda path: save(draw_preference(result, differences), path)
    if has_differences(result, differences):
        figures["differences"] = lambda path: save(draw_differences(result, differences), path)
    if has_reasons(result):
        figures["reasons"] = lambda path: save(draw_reasons(result), path)
    if has_switchers(result):
        figures["switchers"] = lambda path: save(draw_switchers(result), path)
    if has_brands(differences):
        figures["brands"] = lambda path: save(draw_brands(result, differences), path)
    if has_funnel(result):
        figures["funnel"] = lambda path: save(draw_funnel(result), path)
    if has_costs(result):
        figures["costs"] = lambda path: save(draw_costs(result), path)
    if has_money(result):
        figures["money"] = lambda path: save(draw_money(result), path)
        figures["payback"] = lambda path: save(draw_payback(result), path)
    return figures
