"""A scenario written as TOML reads back as the same scenario."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_kit import BEHAVIOURS, MARKET, OwnExperience, WordOfMouth, load

from sim.market.spec import LEVERS, Brand, Calibrated, Category, Intervention, Retailer, Scheme
from sim.scenario import Arm, Range, Scenario, load_scenario, parse_scenario, to_toml

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(max_size=20)
floats = st.floats(0, 1e6)
spends = st.dictionaries(st.sampled_from(LEVERS), floats, max_size=3)
weights = st.floats(0, 10)


@st.composite
def interventions(draw, brands):
    begin = draw(st.integers(0, 50))
    return Intervention(
        brand=draw(st.sampled_from(brands)),
        from_week=begin,
        to_week=draw(st.none() | st.integers(begin + 1, 104)),
        ramp_weeks=draw(st.integers(0, 20)),
        set=draw(
            st.fixed_dictionaries(
                {"price": st.floats(1e-9, 5e4) | st.integers(1, 99)},
                optional={"scheme.joining_open": st.booleans(), "scheme.reward_rate": st.floats(0, 1)},
            )
        ),
        spend=draw(spends),
    )


@st.composite
def scenarios(draw):
    keys = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    brands = {
        key: Brand(
            label=draw(st.none() | texts),
            share=1 / len(keys),
            price=draw(st.floats(1e-9, 5e4)),
            quality=draw(st.none() | st.floats(-3, 3)),
            spend=draw(spends),
            scheme=Scheme(reward_rate=draw(st.floats(0, 1)), joining_open=draw(st.booleans())),
        )
        for key in keys
    }
    arms = draw(st.dictionaries(names, st.lists(interventions(keys), max_size=2), max_size=2))
    centres = {name: draw(st.floats(-1, 1)) for name in Calibrated.model_fields if name.endswith("_centre")}
    calibrated = Calibrated(
        constants=dict.fromkeys(keys, draw(st.floats(-5, 5))),
        taste_concentration=draw(st.none() | floats),
        reviews={key: [1.0, 2.5, 0.0, 1e-300, 4] for key in keys},
        **centres,
    )
    return Scenario(
        title=draw(texts),
        question=draw(texts),
        shoppers=draw(st.integers(1, 10**8)),
        seed=draw(st.integers(0, 2**63 - 1)),
        category=Category(taste_concentration=draw(st.none() | st.floats(0.01, 100))),
        brands=brands,
        retailers={"shop": Retailer(markup=draw(st.floats(-0.9, 1)))},
        calibrated=draw(st.sampled_from([None, calibrated])),
        focal=draw(st.sampled_from(keys)),
        behaviours={
            "own_experience": OwnExperience(on=draw(st.booleans()), weight=draw(weights)),
            "word_of_mouth": WordOfMouth(
                memory=draw(st.none() | st.floats(1, 9)), pair=draw(st.tuples(floats, floats))
            ),
        },
        arms={key: Arm(label=draw(st.none() | texts), interventions=tuple(changes)) for key, changes in arms.items()},
        uncertain={"behaviours.own_experience.weight": Range(low=0.125, high=draw(st.floats(0.5, 10)))},
        sweep={"network.kind": ["none", "scale_free"], f"brands.{keys[0]}.price": [1, draw(st.floats(1.5, 9))]},
    )


@settings(max_examples=60, deadline=None)
@given(scenarios())
def test_any_scenario_reads_back_as_it_was_written(scenario):
    text = to_toml(scenario)
    again = parse_scenario(text, (), BEHAVIOURS)
    assert again == scenario
    assert to_toml(again) == text


def test_the_order_of_brands_is_kept():
    scenario = load("", market=MARKET.replace("acme", "zeta"))
    assert list(parse_scenario(to_toml(scenario), (), BEHAVIOURS).brands) == ["zeta", "bolt"]


def test_the_base_market_reads_back_as_it_was_written():
    scenario = load_scenario("markets/base")
    assert parse_scenario(to_toml(scenario)) == scenario


def test_a_written_scenario_can_be_read_by_people():
    text = to_toml(load('[[arms.points.interventions]]\nbrand = "acme"\nset = { "scheme.reward_rate" = 0.05 }\n'))
    assert text.startswith('title = ""\nquestion = ""\nfocal = "acme"\nweeks = 104\n')
    assert "\n[brands.acme]\nshare = 0.4\nprice = 5.0\n" in text
    assert '\n[[arms.points.interventions]]\nbrand = "acme"\nfrom_week = 0\nramp_weeks = 0\n' in text
    assert '\nset = { "scheme.reward_rate" = 0.05 }\n' in text
    assert "#" not in text


def test_a_scenario_can_be_sent_to_another_process():
    scenario = load('[[arms.points.interventions]]\nbrand = "acme"\nset.price = 4\n')
    assert pickle.loads(pickle.dumps(scenario)) == scenario
