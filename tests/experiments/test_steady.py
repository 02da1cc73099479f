"""Fitting a market at rest: once for each market, kept, and found again only for the very same one."""

import pytest

from sim.errors import CalibrationError
from sim.experiments import steady
from sim.market.spec import Calibrated
from sim.market.week import Behaviour, Phase, discover

FOUND = discover()
PARAMS = {name: b.params() for name, b in FOUND.items()}


@pytest.fixture
def unsettled(small_spec):
    """Make settings without constants."""
    return lambda **changes: small_spec(calibrated=None, **changes)


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Make fits short, and keep them apart from those of real runs."""
    monkeypatch.setenv("SHOPPERS_CACHE", str(tmp_path))
    monkeypatch.setattr(steady, "YEARS", 2)
    monkeypatch.setattr(steady, "WEEKS", 52 + 104)
    monkeypatch.setattr(steady, "VISITS_A_WEEK", 500)
    monkeypatch.setattr(steady, "TOLERANCE", 1.0)


@pytest.fixture
def counted(quick, monkeypatch):
    """Count the fits; each gives constants of its own."""
    fits = []

    def settle(spec, params, behaviours=None, seed=0) -> Calibrated:
        fits.append((spec, params, behaviours))
        nought = dict.fromkeys(spec.brands, 0.0)
        return Calibrated(
            constants=nought, taste_concentration=1.0 + len(fits), satisfaction_centre=0.0, talk_centre=0.0,
            reviews={key: [1.0] * 5 for key in spec.brands},
        )  # fmt: skip

    monkeypatch.setattr(steady, "settle", settle)
    return fits


def test_the_same_market_is_fitted_once_and_remembered(unsettled, counted):
    first = steady.settled(unsettled(), PARAMS)
    again = steady.settled(unsettled(), PARAMS)
    assert len(counted) == 1
    assert first.calibrated == again.calibrated
    assert steady.is_settled(unsettled(), PARAMS)


def test_more_shoppers_or_another_panel_need_no_other_constants(unsettled, counted):
    steady.settled(unsettled(), PARAMS)
    steady.settled(unsettled(shoppers=50, record={"panel": 5}), PARAMS)
    assert len(counted) == 1


CHANGES = {
    "another share": lambda spec: (spec(brands={"acme": {"share": 0.4, "price": 5.5}}), PARAMS, FOUND),
    "another rate": lambda spec: (spec(category={"purchase_rate": 0.7}), PARAMS, FOUND),
    "another parameter": lambda spec: (
        spec(), PARAMS | {"own_experience": FOUND["own_experience"].params(weight=0.7)}, FOUND,
    ),
    "a behaviour that is off": lambda spec: (
        spec(), PARAMS | {"word_of_mouth": FOUND["word_of_mouth"].params(on=False)}, FOUND,
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_market_is_fitted_anew_for(unsettled, counted, change):
    steady.settled(unsettled(), PARAMS, FOUND)
    spec, params, behaviours = CHANGES[change](unsettled)
    steady.settled(spec, params, behaviours)
    assert len(counted) == 2


ADDED = '''"""A term for the first brand."""

from sim.market.dials import Params as BaseParams
from sim.market.week import Behaviour, Phase


class Params(BaseParams):
    """None of its own."""


def on_visit(block):
    """Add to the utility of the first brand."""
    block.visit.utility[0] += TERM


BEHAVIOUR = Behaviour("added", Phase.SEARCH, 66, "likes a brand", Params, writes=("utility",), on_visit=on_visit)
'''


def test_a_market_is_fitted_anew_when_the_file_of_an_added_behaviour_changes(unsettled, counted, tmp_path):
    folder = tmp_path / "behaviours"
    folder.mkdir()
    for term in ("1.0", "-1.0"):
        (folder / "added.py").write_text(ADDED.replace("TERM", term))
        found = discover([folder])
        steady.settled(unsettled(), {name: b.params() for name, b in found.items()}, found)
    assert len(counted) == 2, "constants of the old file were taken for the new one"


def test_constants_that_are_given_or_not_needed_are_not_fitted(unsettled, counted):
    given = steady.settled(unsettled(), PARAMS)
    counted.clear()
    assert steady.settled(given, PARAMS) is given
    without_tastes = PARAMS | {"taste": FOUND["taste"].params(on=False)}
    assert steady.settled(unsettled(), without_tastes).calibrated is None
    assert not counted


def test_parameters_that_are_left_out_take_their_defaults_here_as_in_a_market(unsettled, counted):
    assert steady.settled(unsettled(), {}).calibrated is not None
    assert len(counted) == 1


def test_a_damaged_file_of_constants_is_fitted_anew(unsettled, counted, tmp_path):
    steady.settled(unsettled(), PARAMS)
    (kept,) = tmp_path.rglob("steady-*.json")
    kept.write_text('{"constants": {')
    steady.settled(unsettled(), PARAMS)
    assert len(counted) == 2
    steady.settled(unsettled(), PARAMS)
    assert len(counted) == 2


def test_a_market_is_fitted_anew_once_fitting_is_done_in_another_way(unsettled, counted, tmp_path, monkeypatch):
    steady.settled(unsettled(), PARAMS)
    other = tmp_path / "steady.py"
    other.write_text("# another way\n")
    monkeypatch.setattr(steady, "__file__", str(other))
    steady.settled(unsettled(), PARAMS)
    assert len(counted) == 2


def test_a_fit_depends_on_the_market_alone_and_not_on_its_size(unsettled, quick):
    few, many = (steady.settle(unsettled(shoppers=n), PARAMS) for n in (10, 10_000))
    assert few == many
    assert few != steady.settle(unsettled(), PARAMS, seed=1)
    assert set(few.constants) == {"acme", "bolt", "crest", "dune"}
    assert few.taste_concentration > 0


def lure(block) -> None:
    """Draw everybody to the last brand."""
    block.visit.utility[-1, : block.active] += 1.0


def test_a_market_whose_shares_stay_off_is_refused_with_how_far_off_they_are(unsettled, quick, monkeypatch):
    lures = Behaviour("lures", Phase.SEARCH, 66, "lures", FOUND["taste"].params, writes=("utility",), on_visit=lure)
    found = dict(sorted((FOUND | {"lures": lures}).items(), key=lambda item: (item[1].phase, item[1].order)))
    monkeypatch.setattr(steady, "TOLERANCE", 0.01)
    monkeypatch.setattr(steady, "GAINS", (0.0, 0.0))  # so that no constant can make up for it
    with pytest.raises(CalibrationError, match=r"shares do not stay put: after 2 rounds the worst is off by \d+\.\d%"):
        steady.settle(unsettled(), PARAMS, found)


def test_a_new_brand_is_fitted_as_it_will_be_once_everybody_knows_it(unsettled, quick):
    crest = {"share": 0.2, "price": 6.0}
    old, new = (
        steady.settle(unsettled(brands={"crest": {**crest, **more}}), PARAMS)
        for more in ({}, {"launch_week": 10, "awareness": 0.1})
    )
    assert old == new


def test_the_luck_of_levels_that_each_run_draws_anew_leaves_no_trace_in_the_fit(unsettled, quick):
    crest = {"share": 0.2, "price": 6.0}
    drawn, average, better = (
        steady.settle(unsettled(brands={"crest": {**crest, **more}}), PARAMS)
        for more in ({}, {"quality": 0.0}, {"quality": 1.0})
    )
    assert drawn == average
    assert better.reviews["crest"][4] > drawn.reviews["crest"][4]
