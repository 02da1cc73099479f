"""The line index of a TOML text: every key in the line where it stands."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.lines import line_index
from sim.scenario.text import quote
from sim.scenario.tree import walk

TRICKY = '''\
# a = 1
title = "a # b = [c]"   # comment with "quotes"
"dotted.key" = 1
'literal "key"' = 2
"esc\\u0041ped" = 3
a . b."c d" = 4
text = """
fake = 1
[fake]
\\""" still inside " ""
"""
five = """x"""""
raw = \'\'\'
[[fake]]
\'\'\'
list = [ # comment ]
  1, # two ]
  "x]",
  [2, 3],
  { k = 1, deep = { l = [1,
    2] } },
]
when = 1979-05-27 07:32:00
[ table ]
key = 1
[table.inner] # after
key = 2
[[rows]]
v = 1
[rows.sub]
w = 2
[[rows]]
v = 3
[[rows.more]]
u = 1
[[rows.more]]
u = 2
[x."y.z".w]
end = true'''


def paths_of(tree):
    return {keys for keys, _ in walk(tree)}


def test_every_key_of_a_tricky_text_is_found_in_its_line():
    lines = line_index(TRICKY)
    assert lines.keys() == paths_of(tomllib.loads(TRICKY))
    at = {keys: TRICKY.splitlines()[line - 1] for keys, line in lines.items()}
    assert at["title",].startswith("title")
    assert at["dotted.key",].startswith('"dotted.key"')
    assert at["escAped",].startswith('"esc')
    assert at["a", "b", "c d"].startswith("a . b")
    assert at["list", 1].strip().startswith('"x]"')
    assert at["list", 3, "deep", "l", 1].strip().startswith("2]")
    assert at["table", "inner", "key"] == "key = 2"
    assert at["rows", 1, "v"] == "v = 3"
    assert at["rows", 0, "sub", "w"] == "w = 2"
    assert lines["rows", 1, "more", 1, "u"] == lines["rows", 1, "more", 0, "u"] + 2
    assert at["x", "y.z", "w", "end"] == "end = true"


def test_windows_line_ends_count_once():
    assert line_index("a = 1\r\n\r\nb = '''\r\n'''\r\nc = 2") == {("a",): 1, ("b",): 3, ("c",): 5}


def test_a_table_written_in_pieces_has_the_line_of_its_first_piece():
    assert line_index("[a.b]\nx = 1\n[a]\ny = 2")["a",] == 1


keys = st.text(min_size=0, max_size=6).filter(lambda text: text.isprintable()) | st.sampled_from(["a", "b", "a-1"])
scalars = st.one_of(
    st.booleans().map(lambda one: str(one).lower()),
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.floats().map(repr),
    st.sampled_from(
        ['"""\na = 1\n"""', "'''\n[x]\n'''", '"""a\\""""""', "''''x'''", "1979-05-27T07:32:00Z", "07:32:00"]
    ),
    st.text(max_size=8).map(quote),
)
gaps = st.sampled_from(["", " ", "\n", " # no = 1\n", "\n\n"])


@st.composite
def values(draw, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(scalars)
    if draw(st.booleans()):
        entries = draw(st.lists(values(depth - 1), max_size=3))
        return "[" + ",".join(draw(gaps) + entry + draw(gaps) for entry in entries) + draw(gaps) + "]"
    entries = draw(st.lists(st.tuples(keys, values(depth - 1)), max_size=3, unique_by=lambda pair: pair[0]))
    return "{" + ", ".join(f"{quote(key)} = {value}" for key, value in entries) + "}"


@st.composite
def documents(draw):
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        path = ".".join(quote(key) for key in draw(st.lists(keys, min_size=1, max_size=3)))
        kind = draw(st.sampled_from(["pair", "pair", "table", "rows"]))
        rows.append({"pair": f"{path} = {draw(values())}", "table": f"[{path}]", "rows": f"[[{path}]]"}[kind])
        rows.append(draw(gaps).strip(" "))
    return "\n".join(rows)


@settings(max_examples=150, deadline=None)
@given(documents())
def test_the_index_lists_exactly_the_paths_of_any_text_that_is_toml(text):
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = line_index(text)
    assert lines.keys() == paths_of(tree)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
