"""The timeline: what an intervention has changed in a given week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_kit import OwnExperience

from sim.market.spec import Brand, Intervention, Retailer
from sim.market.timeline import effective, effective_settings

BRAND = Brand(share=0.4, price=5, spend={"usage": 10})


def change(path="price", value=4.0, **when):
    return Intervention(set={path: value}, **when)


def test_a_brand_is_itself_while_nothing_is_active():
    changes = [change(from_week=10, to_week=20)]
    assert effective(BRAND, [], 3) is BRAND
    assert all(effective(BRAND, changes, week) is BRAND for week in (-5, 0, 9, 20, 99))
    assert all(effective(BRAND, changes, week).price == 4 for week in (10, 19))


def test_a_price_moves_evenly_over_its_ramp_and_stays():
    changes = [change(value=3, from_week=10, ramp_weeks=4)]
    assert [effective(BRAND, changes, week).price for week in range(9, 17)] == [5, 5, 4.5, 4, 3.5, 3, 3, 3]


def test_a_ramp_ends_where_the_change_ends():
    changes = [change(value=3, from_week=0, ramp_weeks=4, to_week=3)]
    assert [effective(BRAND, changes, week).price for week in range(5)] == [5, 4.5, 4, 5, 5]


def test_the_later_change_wins_in_whatever_order_they_are_written():
    early, late = change(value=4, from_week=0), change(value=3, from_week=5, to_week=8)
    for changes in ([early, late], [late, early]):
        assert [effective(BRAND, changes, week).price for week in (4, 5, 7, 8)] == [4, 3, 3, 4]


def test_of_two_changes_in_the_same_week_the_one_written_later_wins():
    assert effective(BRAND, [change(value=4), change(value=3)], 0).price == 3


def test_a_ramp_begins_at_the_value_that_an_earlier_change_has_reached():
    changes = [change(value=4, from_week=0), change(value=2, from_week=10, ramp_weeks=2)]
    assert [effective(BRAND, changes, week).price for week in (9, 10, 11, 12)] == [4, 4, 3, 2]


def test_whole_numbers_stay_whole_on_a_ramp_and_switches_switch_at_once():
    week_one = effective(
        BRAND,
        [Intervention(set={"scheme.expiry_weeks": 2, "scheme.joining_open": False, "quality": 1}, ramp_weeks=3)],
        1,
    )
    assert week_one.scheme.expiry_weeks == 35
    assert isinstance(week_one.scheme.expiry_weeks, int)
    assert week_one.scheme.joining_open is False
    assert week_one.quality == 1.0


def test_spending_adds_up_on_top_of_the_brands_own_and_is_ramped():
    changes = [
        Intervention(spend={"usage": 8}, ramp_weeks=4),
        Intervention(spend={"usage": 1, "adverts": 2}),
        Intervention(spend={"adverts": 5}, from_week=3, to_week=4),
    ]
    assert [effective(BRAND, changes, week).spend for week in (0, 2, 3, 4)] == [
        {"usage": 11, "adverts": 2},
        {"usage": 15, "adverts": 2},
        {"usage": 17, "adverts": 7},
        {"usage": 19, "adverts": 2},
    ]


def test_spending_can_be_set_before_more_is_added():
    changes = [Intervention(spend={"usage": 1}), change("spend.usage", 0), change("spend.adverts", 3)]
    assert effective(BRAND, changes, 0).spend == {"usage": 1, "adverts": 3}


def test_the_brand_that_is_changed_stays_as_it_was():
    effective(
        BRAND, [change("spend.usage", 99), change("scheme.reward_rate", 0.5), Intervention(spend={"usage": 1})], 0
    )
    assert Brand(share=0.4, price=5, spend={"usage": 10}) == BRAND


def test_parameters_and_retailers_change_below_their_own_path_only():
    changes = [
        change("behaviours.own_experience.weight", 1),
        change("behaviours.own_experience_more.weight", 9),
        change("retailers.shop.markup", 0.2, ramp_weeks=2),
    ]
    params, shop = OwnExperience(), Retailer()
    assert effective_settings(params, changes, 0, "behaviours.own_experience").weight == 1.0
    assert effective_settings(params, changes, 0, "behaviours.own") is params
    assert effective_settings(shop, changes, 1, "retailers.shop").markup == pytest.approx(0.1)
    assert effective_settings(shop, changes, 1, "retailers.depot") is shop


@given(st.floats(1, 9), st.integers(0, 9), st.integers(0, 9), st.integers(-3, 30))
def test_a_ramped_price_never_leaves_the_range_between_old_and_new(price, begin, ramp, week):
    found = effective(BRAND, [change(value=price, from_week=begin, ramp_weeks=ramp)], week).price
    assert min(5, price) <= found <= max(5, price)
    assert week < begin + ramp or found == price
