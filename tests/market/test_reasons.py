"""Why preference moved: parts that sum to the change, that go to whom they belong, and that are Shapley's."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from any_market import SWITCHES, stirred, tables, timelines
from hypothesis import given, settings
from hypothesis import strategies as some

from sim.errors import ContractError
from sim.market.dials import Params, dial
from sim.market.market import Market
from sim.market.record.poll import poll
from sim.market.record.reasons import Reasons, last_poll
from sim.market.record.shapley import MOST_EXACT, ORDERS, UNIT, attribute, orders, weights
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention
from sim.market.week import Behaviour, Phase, discover

ALL_KNOWN = 0xFFFFFFFF
SCHEME = Intervention(brand="acme", set={"scheme.reward_rate": 0.2, "scheme.threshold": 1})
DIALS = {
    "own_experience": Intervention(set={"behaviours.own_experience.weight": 1.0}),
    "word_of_mouth": Intervention(set={"behaviours.word_of_mouth.weight": 3.0}),
    "review_reading": Intervention(set={"behaviours.review_reading.volume_weight": 10.0}),
    "consideration": Intervention(set={"behaviours.consideration.comes_to_mind": 0.3}),
    "loyalty_scheme": Intervention(set={"behaviours.loyalty_scheme.face_value_counted": 5.0}),
    "price_comparison": Intervention(brand="crest", set={"price": 5.0}),
}
"""For each behaviour a change that moves its own term of the utility and, at once, no other's."""


def share_out(one, other, known_one=None, known_other=None, first=0):
    """Attribute the change of one shopper, or of many alike. Shapes (T, B) and (T,), or with a last axis V."""
    one, other = (np.atleast_3d(np.asarray(terms, np.float32)) for terms in (one, other))
    count = one.shape[2]
    bits = [
        np.zeros((one.shape[0], count), np.uint32) if k is None else np.tile(np.uint32(k)[:, None], (1, count))
        for k in (known_one, known_other)
    ]
    ends = [choices(t.sum(axis=0, dtype=np.float64), np.bitwise_or.reduce(b), known_one is not None)
            for t, b in zip((one, other), bits, strict=True)]  # fmt: skip
    parts = np.zeros((one.shape[0], one.shape[1] + 1), np.int64)
    attribute(first, count, one, other, *bits, known_one is not None, *ends, weights(), orders(3, one.shape[0]), parts)
    return parts


def choices(utility, bits, known_only):
    known = ((bits[None] >> np.arange(len(utility), dtype=np.uint32)[:, None]) & 1).astype(bool) | (not known_only)
    return np.where(known.any(axis=0), np.where(known, utility, -np.inf).argmax(axis=0), -1).astype(np.int8)


def by_hand(one, other, known_one, known_other):
    """Return the parts of one shopper as fractions, over all orders of all terms, in plain Python."""
    terms, brands = len(one), len(one[0])

    def choice(switched):
        known, utility = 0, [0.0] * brands
        for t in range(terms):
            known |= int((known_other if t in switched else known_one)[t])
            row = (other if t in switched else one)[t]
            utility = [u + float(x) for u, x in zip(utility, row, strict=True)]
        best = [b for b in range(brands) if known >> b & 1]
        return max(best, key=lambda b: (utility[b], -b)) if best else brands

    parts = [[Fraction(0)] * (brands + 1) for _ in range(terms)]
    every = list(permutations(range(terms)))
    for order in every:
        for at, term in enumerate(order):
            before, after = choice(order[:at]), choice(order[: at + 1])
            parts[term][after] += Fraction(1, len(every))
            parts[term][before] -= Fraction(1, len(every))
    return parts


# --- known answers: the rule of one shopper


def test_two_terms_that_must_act_together_share_the_switch_evenly():
    one, other = [[3.0, 0.0], [0.0, 0.0]], [[3.0, 2.0], [0.0, 2.0]]  # either alone falls short of the first brand
    assert (share_out(one, other) == UNIT // 2 * np.array([[-1, 1, 0], [-1, 1, 0]])).all()


def test_two_terms_of_which_either_is_enough_share_the_switch_evenly():
    one, other = [[1.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [0.0, 2.0]]
    assert (share_out(one, other) == UNIT // 2 * np.array([[-1, 1, 0], [-1, 1, 0]])).all()


def test_a_term_that_is_enough_without_the_other_and_needs_it_not_has_all_of_the_switch():
    one, other = [[1.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [0.0, 0.5]]
    assert (share_out(one, other) == UNIT * np.array([[-1, 1, 0], [0, 0, 0]])).all()


def test_a_brand_that_becomes_known_is_owed_to_whoever_made_it_known():
    nobody, terms = [0b00, 0], [[0.0, 0.0], [1.0, 2.0]]
    assert (share_out(terms, terms, nobody, [0b01, 0]) == UNIT * np.array([[1, 0, -1], [0, 0, 0]])).all()
    assert (share_out(terms, terms, [0b01, 0], [0b11, 0]) == UNIT * np.array([[-1, 1, 0], [0, 0, 0]])).all()


term = some.integers(-4, 4).map(lambda n: n / 2.0)


@given(some.data(), some.integers(1, 5), some.integers(2, 4), some.booleans())
@settings(max_examples=60, deadline=None)
def test_parts_are_shapley_s_to_the_last_bit_ties_and_unknown_brands_included(data, terms, brands, known_only):
    table = some.lists(some.lists(term, min_size=brands, max_size=brands), min_size=terms, max_size=terms)
    known = some.lists(some.integers(0, 2**brands - 1), min_size=terms, max_size=terms)
    one, other = data.draw(table), data.draw(table)
    bits = (data.draw(known), data.draw(known)) if known_only else ([ALL_KNOWN] * terms,) * 2
    expected = [[part * UNIT for part in row] for row in by_hand(one, other, *bits)]
    assert share_out(one, other, *(bits if known_only else ())).tolist() == expected


def test_so_many_terms_that_orders_are_drawn_still_sum_to_the_change_and_come_near_shapley_s():
    # twelve terms of which each adds one to a brand that is 5.5 behind: the sixth switch decides, whichever it is
    terms, brands = 12, 2
    one, other = np.zeros((terms, brands)), np.zeros((terms, brands))
    one[:, 0], other[:, 0] = 5.5 / terms, 5.5 / terms
    other[:, 1] = 1.0
    assert terms > MOST_EXACT
    alike = 32  # shoppers of the same terms, each with its own orders
    parts = share_out(*(np.repeat(t[:, :, None], alike, axis=2) for t in (one, other)))
    assert (parts.sum(axis=0) == UNIT * alike * np.array([-1, 1, 0])).all()
    share = parts[:, 1] / (UNIT * alike)
    error = np.sqrt(1 / terms * (1 - 1 / terms) / (alike * ORDERS))  # of independent orders
    assert np.abs(share - 1 / terms).max() <= 4 * np.sqrt(2) * error  # an order and its reverse may agree


# --- invariants: markets


def burnt_in(spec, weeks=6, **more):
    root = Market(spec, seed=11, burn_in=weeks, schemes=["acme", "bolt"], **more)
    for _ in range(weeks):
        root.step()
    return root


def compared(root, timeline, weeks=0, base=()):
    """Return the reasons for a timeline after so many weeks, and the polls of the baseline and of the arm."""
    markets = [root.fork(base), root.fork(timeline)]
    polls = []
    for market in markets:
        for _ in range(weeks):
            market.step()
        polls.append(poll(market))
    reasons = Reasons(markets[1].week, markets[0])
    reasons.close_week(markets[1])
    return reasons, polls


@pytest.fixture(scope="module")
def root(small_spec):
    """A market of shoppers with little past, so that not everybody has bought what it likes, and knows it by that."""
    market = burnt_in(small_spec(shoppers=1000), params={"usage": discover()["usage"].params(past_purchases=1)})
    for _ in range(4):  # ratings are their own norm until week 0
        market.step()
    return market


def assert_sums(reasons, polls):
    before, after = (one.preferred for one in polls)
    assert (reasons.switches.sum(axis=1) == before).all()
    assert (reasons.switches.sum(axis=0) == after).all()
    assert (reasons.parts.sum(axis=0) == UNIT * (after - before)).all()
    assert (reasons.parts.sum(axis=1) == 0).all()  # what one brand gains others lose


@given(
    seed=some.integers(0, 2**31),
    switches=SWITCHES,
    changes=tables(),
    happens=timelines(),
    price=some.floats(1.0, 9.0),
    spend=some.sampled_from([0.0, 500.0]),
    weight=some.floats(0.0, 2.0),
    weeks=some.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_parts_sum_to_the_change_in_any_market_whatever_is_switched_off(
    small_spec, seed, switches, changes, happens, price, spend, weight, weeks
):
    spec = small_spec(shoppers=150, **changes)
    market = Market(spec, stirred(switches), seed=seed, burn_in=1, schemes=["acme", "bolt"])
    market.step()
    timeline = [
        SCHEME,
        Intervention(brand="dune", set={"price": price}, spend={"usage": spend}),
        Intervention(set={"behaviours.own_experience.weight": weight}),
        *happens,
    ]
    assert_sums(*compared(market, timeline, weeks))


def test_arms_that_do_the_same_have_no_reasons_and_nobody_switches(root):
    reasons, polls = compared(root, [SCHEME], weeks=5, base=[SCHEME])
    assert not reasons.parts.any()
    assert (reasons.switches == np.diag(polls[0].preferred)).all()


@pytest.mark.parametrize("name", DIALS)
def test_from_the_same_state_all_of_the_change_belongs_to_the_behaviour_whose_dial_was_turned(root, name):
    reasons, polls = compared(root, [DIALS[name]])
    assert_sums(reasons, polls)
    moved = {behaviour for behaviour, part in zip(reasons.names, reasons.parts, strict=True) if part.any()}
    assert moved == {name}


def test_who_trusts_others_in_spite_of_own_experience_changes_what_reviews_and_talk_say_and_not_memory(root):
    reasons, polls = compared(root, [Intervention(set={"behaviours.own_experience.discounts_others": False})])
    assert_sums(reasons, polls)
    moved = {behaviour for behaviour, part in zip(reasons.names, reasons.parts, strict=True) if part.any()}
    assert moved <= {"review_reading", "word_of_mouth"}
    assert moved


def test_weeks_later_a_price_cut_has_fed_memory_reviews_and_talk_but_not_taste(root):
    reasons, polls = compared(root, [Intervention(brand="dune", set={"price": 4.0})], weeks=12)
    assert_sums(reasons, polls)
    part = dict(zip(reasons.names, np.abs(reasons.parts), strict=True))
    assert not part["taste"].any()
    assert all(part[name].any() for name in ("own_experience", "review_reading", "word_of_mouth"))
    dune = {name: values[3] for name, values in part.items()}
    assert max(dune, key=dune.get) == "price_comparison"


class Sun(Params):
    """How much the sun counts."""

    weight: float = dial(0.0, "weight of the sun in utility", source="assumption: an example")


def shine(block):
    block.visit.utility[2, : block.active] += block.params("sun").weight


def scorch(block):
    block.visit.utility[2, : block.active] *= 1.0 + block.params("sun").weight


def sunny(on_visit):
    sun = Behaviour(name="sun", phase=Phase.SEARCH, order=80, does="shines", params=Sun, writes=("utility",),
                    on_visit=on_visit)  # fmt: skip
    return {**discover(), "sun": sun}


def test_a_behaviour_that_was_added_has_its_part_unasked(small_spec):
    market = burnt_in(small_spec(), weeks=2, behaviours=sunny(shine))
    reasons, polls = compared(market, [Intervention(set={"behaviours.sun.weight": 1.0})])
    assert_sums(reasons, polls)
    assert reasons.names[-1] == "sun"
    assert reasons.parts[-1, 2] > 0
    assert not reasons.parts[:-1].any()


def test_a_behaviour_that_does_not_add_to_the_utility_is_told_so(small_spec):
    market = burnt_in(small_spec(), weeks=2, behaviours=sunny(scorch))
    with pytest.raises(ContractError, match="must add its term"):
        compared(market, [Intervention(set={"behaviours.sun.weight": -3.0})])


def test_the_baseline_is_kept_as_it_was_and_looking_changes_nothing(small_spec):
    root = burnt_in(small_spec())
    first, table = Reasons(3), WeeklyTable()
    watched, bare = root.fork(recorders=[table, first]), root.fork(recorders=[WeeklyTable()])
    for _ in range(7):
        watched.step()
        bare.step()
    assert first.kept is not None
    assert first.kept.week == 3
    for (field, one), (_, other) in zip(watched.state, bare.state, strict=True):
        assert one.tobytes() == other.tobytes(), field.name
    arm = Reasons(3, first.kept)
    again = root.fork([SCHEME], recorders=[WeeklyTable(), arm])
    for _ in range(7):
        again.step()
    expected, _ = compared(root, [SCHEME], weeks=4)
    assert expected.switches.sum() == arm.switches.sum() == 400
    share = table.column("preference_share")[table.weeks.index(3)]
    assert (arm.switches.sum(axis=1)[:-1] / 400 == share).all()
    assert (first.switches == np.diag(arm.switches.sum(axis=1))).all()
    assert (first.known <= 400).all()
    assert (first.known >= first.switches.diagonal()[:-1]).all()  # preferred brands are known


@pytest.mark.parametrize(
    ("weeks", "every", "last"), [(104, 4, 103), (103, 4, 99), (3, 4, None), (10, 0, None), (1, 1, 0)]
)
def test_the_last_poll_is_the_last_before_the_run_off(weeks, every, last):
    assert last_poll(weeks, every) == last
