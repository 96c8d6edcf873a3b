"""Real files: each row is a reading, or is counted with its line and reason."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from adapters.sites import load_site
from adapters.sites.optionkeys import OptionKeys
from core.clock import DAY_MS
from core.errors import Misconfigured
from core.ports import Driver
from core.quality import Quality
from core.site import Scale, Site
from edge.drivers.csv import CsvDriver
from edge.drivers.csv_account import CsvAccount, RowProblem
from edge.drivers.csv_time import TimeReader
from tests.conftest import ROOT
from tests.edge.plant import GATEWAY, site

P0, P1, P2 = (f"a.gw-a-{n}.oat" for n in range(3))
FAR = 2**60
HOUR = 3_600_000
JAN = 1_704_067_200_000  # 2024-01-01T00:00Z


def driver(
    folder: Path, text: str, *, name: str = "a.csv", after: int | None = None,
    time: Mapping[str, object] | None = None, model: Site | None = None, **more: object,
) -> CsvDriver:  # fmt: skip
    """A driver of one file with the columns t, x and y."""
    (folder / name).write_text(text, encoding="utf-8")
    keys = {
        "pattern": "*.csv", "time": time or {"column": "t"},
        "columns": [
            {"column": "x", "point": P0, "unit": "°C"}, {"column": "y", "point": P1, "unit": "°F"},
        ],
        **more,
    }  # fmt: skip
    options = {"files": [keys]}
    model = model or site()
    gateway = replace(model.gateways[GATEWAY], driver="csv", options=options)
    return CsvDriver(replace(model, gateways={GATEWAY: gateway}), GATEWAY, folder, after=after)


def balanced(account: CsvAccount) -> bool:
    """Whether every row and cell is accounted for."""
    rows = account.selected + account.not_selected + account.skipped
    cells = account.readings + account.no_value + account.bad + account.empty + account.lost
    return rows == account.rows and cells == account.cells


def test_streams_by_time_in_canonical_units(tmp_path: Path) -> None:
    made = driver(tmp_path, "t,x,y\n2024-01-01T01:00Z,1,32\n2024-01-01T02:00Z,2,50\n")
    port: Driver = made
    assert made.first_at() == JAN + HOUR
    assert made.last_at() == JAN + 2 * HOUR
    assert len(port.read(JAN)) == 0
    rows = port.read(JAN + HOUR)
    assert rows.at.tolist() == [JAN + HOUR] * 2
    assert rows.value.tolist() == [1.0, pytest.approx(0.0)]
    assert not made.exhausted
    assert port.read(FAR).value.tolist() == [2.0, pytest.approx(10.0)]
    assert made.exhausted
    assert port.health() == {"a.csv": (JAN + 2 * HOUR, None)}
    assert balanced(made.account())
    port.close()


def test_what_is_no_number_is_bad_and_told(tmp_path: Path) -> None:
    text = "t,x,y\n" + "".join(
        f"2024-01-01T0{n}:00Z,{x},50\n"
        for n, x in enumerate(["1", "n/a", "", "-39.9", "abc", "1_000", "inf", "1,5", " 7 "])
    )
    made = driver(tmp_path, text, missing=["n/a"], sentinels=[-39.9])
    rows = made.read(FAR)
    mine = rows.keep(rows.point == 0)
    hours = ((mine.at - JAN) // HOUR).tolist()
    assert hours == [0, 1, 3, 4, 5, 6, 8], "an empty cell was not read; a broken row is lost"
    assert mine.quality.tolist() == [0, 2, 2, 2, 2, 2, 0]
    assert np.isnan(mine.value[1:6]).all()
    account = made.account()
    assert balanced(account)
    assert (account.readings, account.no_value, account.bad) == (10, 2, 3)
    assert (account.empty, account.lost) == (1, 2)
    assert dict(account.problems) == {"not_a_number": 3, "fields": 1}
    first, *_, broken = account.listed
    assert (first.file, first.line, first.reason) == ("a.csv", 6, "not_a_number")
    assert first.what == "'abc' in 'x'"
    assert (broken.line, broken.reason, broken.what) == (9, "fields", "4 fields")


def test_an_empty_text_may_be_declared_to_mean_no_value(tmp_path: Path) -> None:
    rows = driver(tmp_path, "t,x,y\n2024-01-01T01:00Z,,50\n", missing=[""]).read(FAR)
    assert rows.quality.tolist() == [Quality.BAD, Quality.GOOD]


def test_a_row_that_ends_early_is_bad_where_it_ends(tmp_path: Path) -> None:
    made = driver(tmp_path, "t,x,y\n2024-01-01T01:00Z,1\n\n2024-01-01T02:00Z,2,50\n")
    assert made.read(FAR).quality.tolist() == [0, 2, 0, 0]
    assert dict(made.account().problems) == {"fields": 1}
    assert made.account().rows == 2


def test_local_time_that_happens_twice_or_never_is_told(tmp_path: Path) -> None:
    times = [
        "2024-03-31 01:59", "2024-03-31 02:30", "2024-03-31 03:00",
        "2024-10-27 01:59", "2024-10-27 02:30", "2024-10-27 03:00", "2024-02-30 00:00",
    ]  # fmt: skip
    text = "t,x,y\n" + "".join(f"{time},1,50\n" for time in times)
    zone = {"column": "t", "format": "%Y-%m-%d %H:%M", "timezone": "Europe/Berlin"}
    made = driver(tmp_path, text, time=zone)
    at = np.unique(made.read(FAR).at)
    assert np.diff(at).tolist()[0] == 60_000, "from 01:59 to 03:00 it is a minute in March"
    assert np.diff(at).tolist()[-1] == 2 * HOUR + 60_000, "in October it is two hours more"
    account = made.account()
    assert balanced(account)
    assert dict(account.problems) == {
        "time_in_gap": 1,
        "time_ambiguous": 1,
        "time_unreadable": 1,
    }
    assert account.lost == 6
    assert [p.line for p in account.listed] == [3, 6, 8]
    assert account.listed[0].expected == "a time that exists in Europe/Berlin"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"format": "epoch_s"}, f"{JAN // 1000}"),
        ({"format": "epoch_ms"}, f"{JAN}"),
        ({}, "2024-01-01"),
        ({}, "2024-01-01 08:00:00+08:00"),
        ({"timezone": "Asia/Shanghai"}, "2024-01-01 08:00"),
        ({"format": "%m/%d/%y %H:%M"}, "1/1/24 0:00"),
        ({"format": "%d.%m.%Y %I %p"}, "01.01.2024 12 AM"),
        ({"format": "%Y-%m-%d %H:%M%z"}, "2024-01-01 01:00+0100"),
        ({"stamps": "start", "period_s": 900}, "2023-12-31 23:45"),
    ],
)
def test_times_of_many_shapes(tmp_path: Path, keys: dict[str, object], text: str) -> None:
    made = driver(tmp_path, f"t,x,y\n{text},1,50\n", time={"column": "t", **keys})
    assert made.read(FAR).at.tolist() == [JAN, JAN]


def test_times_out_of_range_are_told(tmp_path: Path) -> None:
    text = "t,x,y\n-5,1,1\n1e300,1,1\nnan,1,1\n10,1,1\n"
    made = driver(tmp_path, text, time={"column": "t", "format": "epoch_s"})
    assert len(made.read(FAR)) == 2
    assert dict(made.account().problems) == {"time_out_of_range": 2, "time_unreadable": 1}


def test_times_that_run_back_keep_their_order_and_are_not_skipped(tmp_path: Path) -> None:
    """An hour written twice, as some loggers do: both are given, the later one later."""
    hours = [1, 2, 1, 2, 3]
    text = "t,x,y\n" + "".join(f"2024-01-01T0{h}:00Z,{n},\n" for n, h in enumerate(hours))
    rows = driver(tmp_path, text).read(FAR)
    assert rows.value.tolist() == [0.0, 2.0, 1.0, 3.0, 4.0]
    made = driver(tmp_path, text)
    assert made.read(JAN + HOUR).value.tolist() == [0.0]
    again = driver(tmp_path, text, after=JAN + HOUR)
    assert again.read(FAR).value.tolist() == [2.0, 1.0, 3.0, 4.0]
    assert again.account().skipped == 1
    assert balanced(again.account())


def test_newest_first_is_sorted(tmp_path: Path) -> None:
    text = "t,x,y\n" + "".join(f"2024-01-01T0{h}:00Z,{h},\n" for h in (5, 4, 3, 2))
    made = driver(tmp_path, text)
    assert (made.first_at(), made.last_at()) == (JAN + 2 * HOUR, JAN + 5 * HOUR)
    assert made.read(JAN + 3 * HOUR).value.tolist() == [2.0, 3.0]
    again = driver(tmp_path, text, after=JAN + 3 * HOUR)
    assert again.read(FAR).value.tolist() == [4.0, 5.0]
    assert balanced(again.account())


def test_devices_one_after_the_other_are_sorted(tmp_path: Path) -> None:
    text = "id,t,x\n" + "".join(
        f"{device},2024-01-01T0{h}:00Z,{h}\n"
        for device in ("GW-A-0", "gw-a-1", "other")
        for h in (1, 2)
    )
    columns = [{"column": "x", "point": "a.{id}.oat", "unit": "°C"}]
    made = driver(tmp_path, text, id_column="id", columns=columns)
    rows = made.read(JAN + HOUR)
    assert rows.point.tolist() == [0, 1]
    assert len(made.read(FAR)) == 2
    account = made.account()
    assert balanced(account)
    assert dict(account.problems) == {"unknown_id": 2}
    assert account.listed[0].what == "'other'"


def test_only_the_rows_asked_for(tmp_path: Path) -> None:
    text = "t,x,y,kind\n2024-01-01T01:00Z,1,50,a\n2024-01-01T02:00Z,2,50,b\n"
    made = driver(tmp_path, text, where={"kind": "b"})
    assert made.read(FAR).at.tolist() == [JAN + 2 * HOUR] * 2
    assert made.account().not_selected == 1
    assert balanced(made.account())


def test_scales_by_the_time_of_the_reading(tmp_path: Path) -> None:
    model = site()
    scaled = replace(model.points[0], scales=(Scale(0, 2.0), Scale(JAN + 2 * HOUR, 3.0)))
    model = replace(model, points=(scaled, *model.points[1:]))
    columns = [{"column": "x", "point": P0, "unit": "°C", "scale": 10}]
    text = "t,x\n2024-01-01T01:00Z,1\n2024-01-01T02:00Z,1\n"
    rows = driver(tmp_path, text, columns=columns, model=model).read(FAR)
    assert rows.value.tolist() == [20.0, 30.0]


def test_compressed_and_cut_off(tmp_path: Path) -> None:
    text = "t,x,y\n" + "".join(f"2024-01-01T{n // 60:02}:{n % 60:02}Z,1,50\n" for n in range(1000))
    packed = gzip.compress(text.encode())
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.csv.gz").write_bytes(packed[:-500])
    made = driver(folder, "t,x,y\n", pattern="*.csv.gz")
    assert 0 < len(made.read(FAR)) < 2000
    assert dict(made.account().problems) == {"unreadable": 1}


@pytest.mark.parametrize(
    ("more", "text", "expected"),
    [
        ({}, "t,X,y\n", "a.csv:1: there is no column 'x'; expected one of t, X, y; did you mean"),
        ({}, "", "there is no column 't'; expected a first line with names"),
        ({"pattern": "no*.csv"}, "t,x,y\n", "no file matches 'no[*].csv'"),
        ({"pattern": "/etc/*"}, "t,x,y\n", "no file matches"),
        ({"sentinel": 1}, "t,x,y\n", "unknown field `sentinel`"),
        (
            {"columns": [{"column": "x", "point": "a.gw-a-9.oat", "unit": "°C"}]},
            "t,x,y\n", "'a.gw-a-9.oat' is no point of 'gw-a'.*did you mean a.gw-a-",
        ),
        (
            {"columns": [{"column": "x", "point": P0, "unit": "kWh"}]},
            "t,x,y\n", "'kWh' is not a unit of temperature; expected °C or °F",
        ),
    ],
)  # fmt: skip
def test_mistakes_in_words(
    tmp_path: Path, more: dict[str, object], text: str, expected: str
) -> None:
    with pytest.raises(Misconfigured, match=expected):
        driver(tmp_path, text, **more)  # type: ignore[arg-type]


def test_only_the_files_asked_for(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("t,x,y\n2024-01-01T01:00Z,1,50\n")
    both = driver(tmp_path, "t,x,y\n2024-01-01T01:00Z,1,50\n")
    assert set(both.health()) == {"a.csv", "b.csv"}
    (tmp_path / "c.txt").touch()
    model = replace(site(), gateways={GATEWAY: replace(
        site().gateways[GATEWAY], options={"files": [{
            "pattern": "*.csv", "time": {"column": "t"},
            "columns": [{"column": "x", "point": P0, "unit": "°C"}],
        }]},
    )})  # fmt: skip
    one = CsvDriver(model, GATEWAY, tmp_path, files=[tmp_path / "b.csv"])
    assert set(one.health()) == {"b.csv"}
    with pytest.raises(Misconfigured, match="no pattern of the gateway 'gw-a' matches it"):
        CsvDriver(model, GATEWAY, tmp_path, files=[tmp_path / "c.txt"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2024-01-01T01:00Z", "2024-01-02", "junk", "", "1969-01-01"]),
            st.sampled_from(["1", "", "x", "NA", "-9", '"a', "1;2", "\x00"]),
            st.sampled_from(["1", "", "y,", ",z", "1e400"]),
        )
    )
)
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    text = "t,x,y\n" + "".join(",".join(row) + "\n" for row in rows)
    folder = tmp_path_factory.mktemp("csv")
    made = driver(folder, text, missing=["NA"], sentinels=[-9.0])
    given_rows = made.read(FAR)
    account = made.account()
    assert balanced(account)
    assert len(given_rows) == account.readings + account.no_value + account.bad
    assert made.exhausted


def test_the_example_of_the_docs_stands() -> None:
    text = (ROOT / "docs" / "csv-driver.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    options = YAML(typ="safe").load(example)["gateways"]["gw-lab"]["options"]
    (keys,) = msgspec.convert(options, OptionKeys).files
    assert keys.time.stamps == "start"
    assert TimeReader(keys.time).read("01/01/2024 00:00:00") == JAN
    for reason in re.findall(r"problem(?: `(\w+)`,?)+", text):
        assert reason in str(RowProblem.__doc__)


@pytest.mark.data
@pytest.mark.parametrize("name", ["nab_facility", "heat_xai4heat"])
def test_real_files_are_accounted_for(data_dir: Path, sites_dir: Path, name: str) -> None:
    folder = sites_dir / "examples" / name
    if not folder.exists():
        pytest.skip(f"there is no {folder}")
    model = load_site(folder)
    for gateway in model.gateways:
        made = CsvDriver(model, gateway, data_dir / name)
        now, total, latest = made.first_at() or 0, 0, 0
        while not made.exhausted:
            now += DAY_MS
            rows = made.read(now)
            total += len(rows)
            latest = max(latest, int(rows.at.max()) if len(rows) else 0)
            assert latest <= now
        account = made.account()
        assert balanced(account)
        assert total == account.readings + account.no_value + account.bad
        assert account.lost <= account.cells // 1000
