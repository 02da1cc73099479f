"""Whatever is in a file or behind a flag, `check` says that it is sound or what is wrong: never a traceback."""

from pathlib import Path

from cli_kit import TINY, type_command
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

WORDS = sorted({*TINY.split(), "brands", "0", "-1", "1e999", "nan", "[", "]", "{", "}", '"', "'", "=", ".", "true"})
ANYTHING = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def is_explained(*words):
    done = type_command("check", *words)
    assert done.exit_code in {0, 2}, done.stderr
    assert done.exit_code == 0 or done.stderr.strip()
    assert "Traceback" not in done.output
    assert "This is a bug" not in done.output


@st.composite
def mutants(draw):
    """The tiny market with a few words replaced, rows dropped or doubled."""
    rows = TINY.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows) - 1))
        words = rows[at].split(" ")
        word = draw(st.integers(0, len(words) - 1))
        piece = draw(st.sampled_from(WORDS) | st.text(max_size=4) | st.floats().map(repr))
        match draw(st.sampled_from(["word", "word", "drop", "double"])):
            case "word":
                rows[at] = " ".join([*words[:word], piece, *words[word + 1 :]])
            case "drop":
                rows = rows[:at] + rows[at + 1 :] or [""]
            case "double":
                rows.insert(at, rows[at])
    return "\n".join(rows)


@ANYTHING
@given(mutants())
def test_a_damaged_scenario_is_sound_or_explained(here, text):
    Path("any.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    is_explained("any.toml")


@ANYTHING
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(max_size=60))
@example("[brands]\n[retailers]")
@example("[[arms]]\n[[sweep]]")
def test_random_toml_is_sound_or_explained(here, text):
    Path("any.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    is_explained("any.toml")


@ANYTHING
@given(st.text(max_size=20) | st.sampled_from(["weeks=", "=", "brands=1", "arms.points={}", "title=\x1b[0m"]))
def test_any_override_is_taken_or_explained(here, value):
    is_explained("tiny.toml", f"--set={value}")


@ANYTHING
@given(st.text(max_size=20))
def test_any_name_is_found_or_explained(here, name):
    is_explained("--", name)
