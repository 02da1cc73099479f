"""Figures: whatever the size of the result, all is there, nothing covers or leaves the page, and nothing leaks."""

import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree as Xml

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

from sim.experiments.compare import differences
from sim.report.brands import draw_brands
from sim.report.costs import draw_costs
from sim.report.differences import draw_differences, rows_of
from sim.report.figures import figures_of
from sim.report.funnel import draw_funnel
from sim.report.money import draw_money
from sim.report.payback import draw_payback
from sim.report.preference import draw_preference
from sim.report.reasons import draw_reasons
from sim.report.style import save
from sim.report.switchers import draw_switchers

ALL = {
    "preference": draw_preference,
    "differences": draw_differences,
    "reasons": lambda result, _: draw_reasons(result),
    "switchers": lambda result, _: draw_switchers(result),
    "brands": draw_brands,
    "funnel": lambda result, _: draw_funnel(result),
    "costs": lambda result, _: draw_costs(result),
    "money": lambda result, _: draw_money(result),
    "payback": lambda result, _: draw_payback(result),
}
SIZES = [(3, 2, 8), (8, 3, 8), (12, 8, 8), (8, 4, 1)]


def texts_of(figure):
    """Return the texts that are drawn: of ticks only those within their axis."""
    axes_seen = [axes for axes in figure.axes if axes.get_visible()]
    texts = set(figure.findobj(Text))
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            if axes in axes_seen:
                texts -= set(axis.findobj(Text)) - {axis.label}
                texts |= {tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high}
    return [
        text
        for text in texts
        if text.get_text().strip() and text.get_visible() and (text.axes is None or text.axes in axes_seen)
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_no_text_leaves_the_page_or_covers_another(make_result, name, size):
    figure = ALL[name](*make_result(*size))
    figure.draw_without_rendering()
    boxes = {text: Text.get_window_extent(text) for text in texts_of(figure)}
    page = figure.bbox
    for text, box in boxes.items():
        assert box.x0 >= page.x0 - 1, text
        assert box.y0 >= page.y0 - 1, text
        assert box.x1 <= page.x1 + 1, text
        assert box.y1 <= page.y1 + 1, text
        assert text.get_fontsize() >= 8
    for (one, first), (other, second) in combinations(boxes.items(), 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        down = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert min(across, down) < 2, (one, other)


def test_every_figure_is_written_as_png_and_svg_with_something_in_it(make_result, tmp_path):
    figures = figures_of(*make_result(3, 3, 4))
    assert list(figures) == list(ALL)
    for name, draw in figures.items():
        draw(tmp_path / name)
        png = (tmp_path / f"{name}.png").read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(png[16:20]) == 9 * 150
        assert len(png) > 15_000
        svg = Xml.parse(tmp_path / f"{name}.svg")
        assert len(list(svg.iter("{http://www.w3.org/2000/svg}path"))) > 50
    assert len(list(tmp_path.iterdir())) == 2 * len(ALL)


def test_the_same_result_gives_the_same_bytes_whatever_the_users_settings(make_result, tmp_path):
    made = make_result(3, 2, 4)
    for folder, settings in (("one", {}), ("two", {"font.size": 20.0, "savefig.dpi": 40, "axes.grid": True})):
        (tmp_path / folder).mkdir()
        with mpl.rc_context(settings):
            for name, draw in figures_of(*made).items():
                draw(tmp_path / folder / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
        assert b"<dc:date>" not in path.read_bytes()


def test_drawing_changes_no_settings_and_leaves_no_figure_open(make_result, tmp_path):
    before = dict(mpl.rcParams)
    for name, draw in figures_of(*make_result(3, 2, 4)).items():
        draw(tmp_path / name)
    assert dict(mpl.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_preference_that_was_never_polled_is_left_out(make_result, tmp_path):
    figures = figures_of(*make_result(3, 3, 4, polled=False))
    assert list(figures) == ["differences", "brands", "funnel", "costs", "money", "payback"]
    figures["differences"](tmp_path / "differences")


def test_a_baseline_by_itself_has_only_its_preference_and_its_funnel_to_show(make_result, tmp_path):
    figures = figures_of(*make_result(3, 1, 4))
    assert list(figures) == ["preference", "funnel"]
    for name, draw in figures.items():
        draw(tmp_path / name)
    assert list(figures_of(*make_result(3, 1, 4, polled=False))) == ["funnel"]
    assert figures_of(*make_result(3, 1, 4, polled=False, why=None)) == {}


def test_arms_that_change_nothing_are_drawn_on_the_line_of_no_difference(make_result, tmp_path):
    result, _ = make_result(3, 2, 4)
    for values in (*result.weekly.values(), *result.window.values()):
        values[1] = values[0]
    figures = figures_of(result, differences(result))
    figures["differences"](tmp_path / "differences")
    figures["brands"](tmp_path / "brands")
    assert "does not move" in draw_preference(result, differences(result)).texts[0].get_text()


def test_one_poll_is_enough(make_result, tmp_path):
    result, changes = make_result(3, 3, 4)
    result.weekly["preference_share"][:, :, 4:] = np.nan
    save(draw_preference(result, changes), tmp_path / "x")


def test_differences_can_be_taken_against_any_arm(make_result):
    result, _ = make_result(3, 3, 4)
    figure = draw_differences(result, differences(result, against="points"))
    assert "Difference to “5 % back in points”" in figure.texts[1].get_text()
    assert "As it is today" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_unit_of_a_row_is_one_that_can_be_read(make_result):
    result, changes = make_result(3, 3, 4)
    units = {row.metric: row.unit for row in rows_of(result, changes)}
    assert units["preference_share"] == units["penetration"] == "points"
    assert units["revenue"] == units["contribution"] == "percent"
    assert (units["rating"], units["satisfaction"], units["members"]) == ("stars", "sd", "shoppers")


def test_a_loss_near_zero_is_not_told_in_per_cent(make_result):
    result, _ = make_result(3, 3, 4)
    result.weekly["contribution"][...] -= result.weekly["contribution"][0].mean(axis=(0, 1))
    rows = {row.metric: row for row in rows_of(result, differences(result))}
    assert rows["contribution"].unit == "money/week"
    assert rows["contribution"].scale == 1.0


def test_metrics_that_are_zero_everywhere_are_left_out(make_result):
    result, _ = make_result(3, 3, 4)
    result.weekly["members"][...] = 0.0
    assert "members" not in {row.metric for row in rows_of(result, differences(result))}


def test_the_source_note_tells_replicates_shoppers_and_what_intervals_cover(make_result):
    made = make_result(3, 3, 4)
    for name, draw in ALL.items():
        note = draw(*made).texts[2].get_text().replace("\n", " ")
        assert "4 replicates of 100,000 simulated shoppers; " in note
        if name != "funnel":  # the one that shows none
            assert "simulated shoppers; 95 % intervals over replicates: chance only" in note
    lonely = draw_costs(make_result(3, 3, 1)[0]).texts[2].get_text().replace("\n", " ")
    assert "1 replicate of 100,000 simulated shoppers; no intervals: one replicate" in lonely


def test_matplotlib_is_not_imported_before_a_figure_is_asked_for():
    code = "import sys, sim, sim.report, sim.report.figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
