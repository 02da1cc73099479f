"""What a panel is, and how its period and its brands are chosen."""

import numpy as np
import pytest

from sim.errors import UsageError
from sim.measure.panel import Panel


def panel_of(rows, *, brands=("acme", "bolt", "core"), panelists=10, days=28) -> Panel:
    """Make a panel from rows of shopper, day, brand."""
    shopper, day, brand = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    ones = np.ones(len(shopper), dtype=np.int64)
    return Panel(shopper, day, brand, ones, ones * 2.0, brands, np.arange(10), panelists, days)


PURCHASES = [(0, 0, 0), (0, 7, 0), (1, 6, 1), (1, 13, 0), (2, 27, 2)]


def test_a_part_of_the_period_starts_on_its_own_first_day_with_all_panelists():
    week = panel_of(PURCHASES).between(7, 13)
    assert (week.days, week.weeks, week.panelists) == (7, 1.0, 10)
    assert week.day.tolist() == [0, 6]
    assert (week.purchases, week.buyers) == (2, 2)


def test_parts_of_the_period_hold_every_purchase_once():
    panel = panel_of(PURCHASES)
    parts = [panel.between(7 * week, 7 * week + 6) for week in range(4)]
    assert sum(part.purchases for part in parts) == panel.purchases
    assert parts[2].buyers == 0


@pytest.mark.parametrize("days", [(-1, 3), (5, 4), (0, 28)])
def test_days_outside_the_period_are_refused(days):
    with pytest.raises(UsageError, match="within 0 to 27"):
        panel_of(PURCHASES).between(*days)


def test_small_brands_are_pooled_and_come_last():
    pooled = panel_of(PURCHASES).top(1)
    assert pooled.brands == ("acme", "other")
    assert np.bincount(pooled.brand).tolist() == [3, 2]
    assert pooled.named.tolist() == [True, False]


def test_brands_below_the_least_share_are_pooled_even_if_there_is_room():
    rows = [(i % 10, i % 28, 0) for i in range(200)] + [(0, 0, 1)] + [(1, 1, 2)] * 10
    pooled = panel_of(rows).top(10, min_share=0.01)
    assert pooled.brands == ("acme", "core", "other")


def test_brands_without_small_ones_are_only_put_in_order_of_size():
    rows = [(0, 0, 2), (0, 1, 2), (0, 2, 1)]
    ordered = panel_of(rows, brands=("acme", "bolt", "core")).top(3, min_share=0.0)
    assert ordered.brands == ("core", "bolt", "acme")
    assert [ordered.brands[code] for code in ordered.brand] == ["core", "core", "bolt"]


def test_a_pool_that_is_there_already_takes_the_newly_pooled_brands():
    rows = [(0, 0, 0), (0, 1, 0), (0, 2, 0), (1, 1, 1), (1, 2, 1), (2, 2, 2)]
    pooled = panel_of(rows, brands=("other", "bolt", "core")).top(1)
    assert pooled.brands == ("bolt", "other")
    assert np.bincount(pooled.brand).tolist() == [2, 4]
    assert pooled.top(1).brands == pooled.brands


def test_a_panel_cannot_have_fewer_members_than_buyers():
    with pytest.raises(AssertionError):
        panel_of(PURCHASES, panelists=2)
