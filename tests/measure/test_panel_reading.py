"""Reading purchase panels: the same panel from any kind of table, and every fault named with its place."""

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.errors import DataError, UsageError
from sim.measure.panel import Panel, read_panel

GOOD = """shopper,day,brand,units,price
ann,2017-01-01,acme,1,2.50
ann,2017-01-08,bolt,2,3.00
bob,2017-01-03,acme,1,
cyd,2017-01-28,acme,4,2.25
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str | bytes, name: str = "panel.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def complaint(source, **options) -> str:
    with pytest.raises(DataError) as caught:
        read_panel(source, **options)
    assert caught.value.exit_code == 2
    return str(caught.value)


def facts(panel: Panel) -> list[tuple]:
    """Return the purchases with names, so that panels with other codes can be compared."""
    rows = zip(panel.shopper, panel.day, panel.brand, panel.units, np.nan_to_num(panel.price, nan=-1), strict=True)
    return sorted((str(panel.shopper_ids[s]), int(d), panel.brands[b], int(u), float(p)) for s, d, b, u, p in rows)


def test_a_csv_file_is_read_with_days_from_the_first_purchase(write):
    panel = read_panel(write(GOOD), panelists=5)
    assert facts(panel) == [
        ("ann", 0, "acme", 1, 2.5),
        ("ann", 7, "bolt", 2, 3.0),
        ("bob", 2, "acme", 1, -1.0),
        ("cyd", 27, "acme", 4, 2.25),
    ]
    assert (panel.brands, panel.panelists, panel.days) == (("acme", "bolt"), 5, 28)


def test_all_kinds_of_tables_give_the_same_panel(write, tmp_path):
    pandas = pytest.importorskip("pandas")
    start = datetime.date(2017, 1, 1)
    table = pa.table(
        {
            "shopper": pa.array(["ann", "ann", "bob", "cyd"]).dictionary_encode(),
            "day": [start + datetime.timedelta(days) for days in (0, 7, 2, 27)],
            "brand": ["acme", "bolt", "acme", "acme"],
            "units": pa.array([1, 2, 1, 4], pa.int8()),
            "price": [2.5, 3.0, None, 2.25],
        }
    )
    pq.write_table(table, tmp_path / "panel.parquet")
    frame = table.to_pandas()
    frame["day"] = pandas.to_datetime(frame["day"])
    expected = facts(read_panel(write(GOOD)))
    for source in (table, str(tmp_path / "panel.parquet"), frame):
        assert facts(read_panel(source)) == expected


def test_days_may_be_numbers_and_the_period_may_be_longer_than_the_purchases(write):
    text = "shopper,day,brand,units\n7,103,acme,1\n8,104.0,acme,1\n"
    panel = read_panel(write(text), weeks=26)
    assert panel.day.tolist() == [0, 1]
    assert panel.days == 182
    assert np.isnan(panel.price).all()
    assert panel.panelists is None


def test_time_stamps_count_by_their_date(write):
    text = "shopper,day,brand,units\na,2017-01-01T23:59,x,1\na,2017-01-02 00:01:30,x,1\n"
    assert read_panel(write(text)).day.tolist() == [0, 1]


def test_rows_of_one_shopper_day_and_brand_are_one_purchase(write):
    text = "shopper,day,brand,units,price\na,1,x,1,4.00\na,1,x,3,2.00\na,1,y,1,\na,1,y,2,3\n"
    assert facts(read_panel(write(text))) == [("a", 0, "x", 4, 2.5), ("a", 0, "y", 3, 3.0)]


def test_baskets_of_one_day_are_different_purchases(write):
    text = "shopper,day,brand,units,trip\na,1,x,1,1\na,1,x,1,2\na,1,x,2,2\n"
    panel = read_panel(write(text), columns={"basket": "trip"})
    assert sorted(panel.units.tolist()) == [1, 3]


def test_columns_may_have_other_names_and_list_prices_are_kept(write):
    text = "household,date,maker,packs,price_paid,list_price\na,2017-01-01,x,1,2,3\n"
    names = {"shopper": "household", "day": "date", "brand": "maker", "units": "packs"}
    panel = read_panel(write(text), columns=names)
    assert panel.price.tolist() == [2.0]
    assert panel.list_price.tolist() == [3.0]


def test_lines_are_told_exactly_past_blank_lines_and_cells_with_line_breaks(write):
    text = 'shopper,day,brand,units\n\n"an\nn",1,acme,1\n\nbob,2,acme,0\n'
    assert complaint(write(text)).endswith("panel.csv:6: units: '0'; allowed: a whole number from 1 to 1,000,000")


def test_every_problem_is_named_at_once_with_file_line_column_value_and_what_is_allowed(write):
    text = (
        "shopper,day,brand,units,price\n"
        "ann,2017-02-30,acme,1,2\n"
        "bob,2017-01-02,,1.5,-2\n"
        "bob,2017-01-02,acme,-1,cheap\n"
        "bob,2017-01-02,acme\n"
        "cyd,2017-01-05,acme,1,2\n"
        "cyd,2017-01-05,acme,1,2\n"
    )
    path = write(text)
    lines = complaint(path).splitlines()
    assert lines == [
        f"{path}:2: day: '2017-02-30'; allowed: an ISO date such as 2017-01-31, or a whole day number up to 1,000,000",
        f"{path}:3: brand: an empty cell; allowed: a name or a whole number",
        f"{path}:3: units: '1.5'; allowed: a whole number from 1 to 1,000,000",
        f"{path}:3: price: '-2'; allowed: a number of 0 or more, or an empty cell",
        f"{path}:4: units: '-1'; allowed: a whole number from 1 to 1,000,000",
        f"{path}:4: price: 'cheap'; allowed: a number of 0 or more, or an empty cell",
        f"{path}:5: 3 cells; allowed: 5, as in the header line",
        f"{path}:7: a copy of line 6; allowed: each purchase once",
    ]


def test_more_than_ten_problems_are_counted(write):
    rows = "".join(f"s{i},{i},acme,0\n" for i in range(500))
    lines = complaint(write("shopper,day,brand,units\n" + rows)).splitlines()
    assert len(lines) == 11
    assert lines[-1].endswith("... and 490 more problems")


def test_missing_columns_are_named_together_with_what_may_be_meant(write):
    message = complaint(write("shoper,Day,brand,unit,prices\na,1,x,1,2\n"))
    for missing, there in (("shopper", "shoper"), ("day", "Day"), ("units", "unit"), ("price", "prices")):
        assert f"{missing}: the column is missing (did you mean {there!r}?)" in message


def test_a_missing_column_does_not_hide_bad_cells_in_the_others(write):
    message = complaint(write("shopper,day,brand\na,soon,\n"))
    assert "units: the column is missing" in message
    assert ":2: day: 'soon'" in message
    assert ":2: brand: an empty cell" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        (b" \n \n", "empty"),
        ("shopper,day,brand,units\n", "no purchases"),
        (b"PK\x03\x04\x00\x00\xff\xfe\x00", "neither text"),
        ("shopper,day,brand,units\nJosé,1,x,1\n".encode("latin-1"), "not UTF-8"),
        ('shopper,day,brand,units\n"a,1,x,1\n', "not readable as CSV"),
        ("shopper;day;brand;units\na;1;x;1\n", "separated by ';'"),
        ("shopper,day,day,brand,units\na,1,1,x,1\n", "day: 2 columns of this name"),
        ("shopper,day,brand,units\na,1,x,1\nb,2017-01-01,x,1\n", ":3: day: '2017-01-01'; allowed: the same as in the"),
        ("shopper,day,brand,units\na,soon,x,1\n", ":2: day: 'soon'"),
        ("shopper,day,brand,units\na,20170101,x,1\n", ":2: day: '20170101'"),
        ("shopper,day,brand,units,price\na,1,x,1,inf\n", ":2: price: 'inf'"),
        ("shopper,day,brand,units,price\na,1,x,1,1e999\n", ":2: price: '1e999'"),
        ("shopper,day,brand,units\na,1,x,9999999\n", ":2: units: '9999999'"),
    ],
)
def test_files_that_are_no_panels_are_refused_with_the_reason(write, text, said):
    assert said in complaint(write(text))


def test_missing_files_folders_and_damaged_parquet_are_refused(write, tmp_path):
    assert "no such file" in complaint(tmp_path / "nowhere.csv")
    assert "folder" in complaint(tmp_path)
    assert "not a Parquet file" in complaint(write(GOOD, "panel.parquet"))
    assert "damaged" in complaint(write(b"PAR1" + bytes(200), "broken.parquet"))
    assert "not int" in complaint(3)


def test_rows_of_a_parquet_file_are_counted_where_there_are_no_lines():
    table = pa.table({"shopper": [1, 2], "day": [1.5, 2.0], "brand": ["x", None], "units": [1, 2], "price": [[1], [2]]})
    message = complaint(table)
    assert "table:row 1: day: 1.5" in message
    assert "table:row 2: brand: an empty cell" in message
    assert "table:row 1: price: [1]" in message


def test_the_panel_of_several_runs_has_to_be_told_apart():
    table = pa.table(
        {"arm": ["a", "a", "b"], "shopper": [1, 2, 1], "day": [0, 1, 1], "brand": ["x", "x", "x"], "units": [1, 1, 1]}
    )
    assert "arm: several runs in one table: 'a', 'b'" in complaint(table)
    assert "arm: no row has 'c'; allowed: 'a', 'b'" in complaint(table, where={"arm": "c"})
    assert "(did you mean 'arm'?)" in complaint(table, where={"army": "a"})
    assert read_panel(table, where={"arm": "a"}).purchases == 2


def test_a_panel_must_fit_its_weeks_and_its_members(write):
    assert "span 28 days; allowed in 2 weeks: 14" in complaint(write(GOOD), weeks=2)
    assert "2 panelists; allowed: at least the 3 who bought" in complaint(write(GOOD), panelists=2)
    with pytest.raises(UsageError, match="above 0"):
        read_panel(write(GOOD), weeks=float("nan"))
    with pytest.raises(UsageError, match=r"did you mean 'brand'\?"):
        read_panel(write(GOOD), columns={"brnd": "brand"})


cells = st.sampled_from(
    ["", "a", "1", "-1", "0.5", "2017-01-02", "2017-13-01", "nan", "1e400", '"', "\x00", "é", " x ", "9" * 30]
)
lines_of_cells = st.lists(st.lists(cells, min_size=1, max_size=6).map(",".join), max_size=8).map("\n".join)
almost_panels = lines_of_cells.map(lambda text: ("shopper,day,brand,units,price\n" + text).encode())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), almost_panels, st.binary(max_size=60).map(lambda b: GOOD.encode() + b)))
@example(b"PAR1")
@example(b"PAR1PAR1")
@example(b"\xef\xbb\xbf")
@example(b",,,\n,,,\n")
def test_whatever_bytes_a_file_holds_it_is_a_panel_or_a_clear_refusal(write, content):
    path = write(content)
    try:
        panel = read_panel(path)
    except DataError as error:
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert panel.purchases >= 1
        assert panel.units.min() >= 1
        assert panel.day.min() == 0
        assert not np.any(panel.price < 0)


@settings(max_examples=25, deadline=None)
@given(st.permutations(GOOD.splitlines()[1:]))
def test_the_order_of_rows_does_not_matter(order):
    names = GOOD.splitlines()[0].split(",")
    cells_of = list(zip(*(line.split(",") for line in order), strict=True))
    table = pa.table(dict(zip(names, (list(column) for column in cells_of), strict=True)))
    assert facts(read_panel(table)) == [
        ("ann", 0, "acme", 1, 2.5),
        ("ann", 7, "bolt", 2, 3.0),
        ("bob", 2, "acme", 1, -1.0),
        ("cyd", 27, "acme", 4, 2.25),
    ]
