"""Whatever a file or an option holds, loading it succeeds or explains itself."""

import contextlib

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scenario_kit import BEHAVIOURS, MARKET

from sim.errors import ScenarioError
from sim.scenario import load_scenario, parse_scenario, to_toml

RICH = (
    MARKET
    + """\
[category]
taste_concentration = "none"
[population.expertise]
mean = 0.5
[behaviours.word_of_mouth]
pair = [1.0, 2.0]
[arms.points]
label = "5 %"
[[arms.points.interventions]]
brand = "acme"
from_week = 0
to_week = 50
set = { "scheme.reward_rate" = 0.05, price = 4 }
[[arms.points.interventions]]
set = { "behaviours.own_experience.weight" = 0.2 }
[arms.experience]
cost_matched_to = "points"
interventions = [{ brand = "acme", spend = { usage = 1.0, adverts = 2 } }]
[uncertain]
"behaviours.own_experience.weight" = { low = 0.1, high = 1.0 }
[sweep]
"population.expertise.mean" = [0.1, 0.5]
"""
)
PIECES = [
    "",
    " ",
    "\n",
    "0",
    "-1",
    "nan",
    "-inf",
    "1e999",
    "9" * 30,
    "true",
    '"',
    "'",
    '"x"',
    "none",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "{}",
    "[]",
    "=",
    ".",
    ",",
    "#",
    '"""',
    "\\",
    "\x00",
    "é",
    "brands",
    "brands.acme",
    "interventions",
    "set",
    "spend",
    "cost_matched_to",
    '"points"',
    '"experience"',
    '"baseline"',
    "arms.points",
    "weeks",
    "extends",
    '"markets/base"',
    'drop = ["brands.acme"]',
    "1979-05-27",
    '"behaviours.word_of_mouth.low"',
    '"brands.acme.share"',
    "[1, 2]",
    "0x" + "f" * 30,
]


def explains_itself(text, sets=()):
    with contextlib.suppress(ScenarioError):
        scenario = parse_scenario(text, sets, BEHAVIOURS)
        assert parse_scenario(to_toml(scenario), (), BEHAVIOURS) == scenario


def test_the_rich_scenario_is_valid_to_begin_with():
    assert parse_scenario(RICH, (), BEHAVIOURS).arms.keys() == {"baseline", "points", "experience"}


@st.composite
def mutants(draw):
    """A valid scenario with a few rows or words replaced, dropped or doubled."""
    rows = RICH.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(rows) - 1))
        words = rows[at].split(" ")
        word = draw(st.integers(0, len(words) - 1))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=3) | st.floats().map(repr))
        match draw(st.sampled_from(["word", "word", "word", "drop", "double", "row"])):
            case "word":
                rows[at] = " ".join([*words[:word], piece, *words[word + 1 :]])
            case "drop":
                rows = rows[:at] + rows[at + 1 :] or [""]
            case "double":
                rows.append(rows[at])
            case "row":
                rows.insert(at, f"{piece} = {draw(st.sampled_from(PIECES))}")
    return "\n".join(rows)


@settings(max_examples=200, deadline=None)
@given(mutants())
def test_a_damaged_scenario_loads_or_explains_itself(text):
    explains_itself(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *RICH.split()]), max_size=30).map(" ".join) | st.text(max_size=40))
@example("[brands]\n[retailers]")
@example("[[brands]]\n[[retailers]]\n[[arms]]\n[[sweep]]\n[[uncertain]]\n[[behaviours]]")
@example("brands = {acme = {spend = []}, bolt = {spend = {x = 1}}}\narms = {a = {interventions = [1, {}, []]}}")
@example("uncertain = {a = {low = 'x', high = []}, b = 1}\nsweep = {'a' = {}, 'b' = {low = 1}, '' = [1]}")
@example("calibrated = {constants = [], reviews = {acme = 1}}\nbrands = {acme = 1, bolt = {share = true}}")
def test_text_that_looks_like_toml_loads_or_explains_itself(text):
    explains_itself(text)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60))
def test_any_bytes_load_or_explain_themselves(write, content):
    path = write("any.toml", content)
    with contextlib.suppress(ScenarioError):
        load_scenario(path, (), BEHAVIOURS)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["weeks", "brands.acme.price", "arms.points.interventions.0.set.price", "brands", "", "a.b", '"']
            )
            | st.text(max_size=5),
            st.sampled_from(PIECES) | st.text(max_size=8),
        ).map("=".join),
        max_size=2,
    )
)
def test_any_value_from_outside_is_taken_or_explained(sets):
    explains_itself(RICH, sets)
