"""Series and files of readings: limits before reading, gaps as gaps, text never a formula."""

from __future__ import annotations

import csv
import io

import pytest

from api.series import LONGEST_MS, MOST_POINTS
from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tests.api.console import Console
from tests.workorders.house import START

ASK: dict[str, str | int] = {"point": "a.m-main.power", "from": START - 2 * DAY_MS, "to": START}


def test_a_series_has_its_gap_and_its_band(looked_at: Console) -> None:
    answer = looked_at.key("vi.all").get("/series", params=ASK)
    (series,) = answer.json()["series"]
    assert answer.json()["timezone"] == "Asia/Shanghai"
    assert series["bucket_ms"] == 15 * MINUTE_MS
    assert series["v"].count(None) == 1, "one null between the edges of the gap"
    ((begin, end),) = series["gaps"]
    assert end - begin == pytest.approx(3 * HOUR_MS, abs=15 * MINUTE_MS)
    assert series["complete"] == pytest.approx(1 - 3 / 48, abs=0.02)
    assert len(series["expected"]["t"]) == len(series["expected"]["mid"]) > 100
    assert series["t"] == sorted(series["t"])


def test_fewer_buckets_keep_least_and_most(looked_at: Console) -> None:
    fine, coarse = (
        looked_at.key("vi.all").get("/series", params={**ASK, "buckets": n}).json()["series"][0]
        for n in (2000, 10)
    )
    assert len(coarse["t"]) < 20 < len(fine["t"])
    high = [v for v in coarse["high"] if v is not None]
    assert max(high) == max(v for v in fine["v"] if v is not None)


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"from": START, "to": START}, 422),
        ({"from": START, "to": START - 1}, 422),
        ({"from": START - LONGEST_MS - 1}, 422),
        ({"from": -1}, 422),
        ({"to": 10**30}, 422),
        ({"buckets": 0}, 422),
        ({"buckets": 2001}, 422),
        ({"point": ["a.m-main.power"] * (MOST_POINTS + 1)}, 422),
        ({"point": ["a.m-main.power"] * MOST_POINTS}, 200),
        ({"point": ["a.m-main.power", "a.none"]}, 404),
        ({"from": START - LONGEST_MS}, 200),
        ({"from": START + DAY_MS, "to": START + 2 * DAY_MS}, 200),
    ],
)
def test_limits(looked_at: Console, params: dict[str, str | int | list[str]], status: int) -> None:
    answer = looked_at.key("vi.all").get("/series", params={**ASK, **params})
    assert answer.status_code == status, answer.text


def test_a_file_of_readings(looked_at: Console) -> None:
    answer = looked_at.key("vi.all").get("/series.csv", params=ASK)
    assert answer.headers["content-disposition"] == 'attachment; filename="readings.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8 by the mark alone"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["time", "point", "value", "unit", "quality"]
    assert len(rows) > 150
    assert rows[1][0].endswith("+08:00")
    cells = [cell for row in rows for cell in row]
    dangerous = [c for c in cells if c[:1] in "=+@\t\r" and c]
    assert dangerous == []
    assert all(_number(c) for c in cells if c.startswith("-"))


def _number(text: str) -> bool:
    return bool(text) and isinstance(float(text), float)


def test_a_file_that_is_too_long_names_what_fits(looked_at: Console) -> None:
    long = {**ASK, "point": ["a.ahu1.sat"] * 3, "from": START - 700 * DAY_MS}
    answer = looked_at.key("vi.all").get("/series.csv", params=long)
    assert answer.status_code == 422
    assert "hours at once" in answer.json()["detail"]


def test_points_carry_their_newest_reading(looked_at: Console) -> None:
    points = {p["id"]: p for p in looked_at.key("vi.all").get("/points").json()}
    one = points["a.m-main.power"]
    assert one["at"] == START
    assert one["quality"] == "good"
    assert one["unit"] == "kW"
    assert one["name"] == "Main meter, electric power"


@pytest.mark.parametrize("days", ["0", "4000", "x"])
def test_a_trend_of_an_odd_time_is_refused(looked_at: Console, days: str) -> None:
    assert looked_at.as_("en.all").get(f"/trend?days={days}").status_code == 422


def test_a_trend_says_what_it_does_not_know(looked_at: Console) -> None:
    visitor = looked_at.as_("en.all")
    assert "no date and time" in visitor.get("/trend?point=a.ahu1.sat&until=soon").text
    many = "&".join(f"point=a.{e}.energy" for e in
                    ("m-main", "m-sockets", "m-corridor", "m-plant", "m-terminals", "m-lifts",
                     "m-pumps", "m-data", "m-kitchen"))  # fmt: skip
    assert visitor.get(f"/trend?{many}").status_code == 200


def test_points_are_found_by_name_and_quality(looked_at: Console) -> None:
    visitor = looked_at.as_("en.all")
    assert "a.ahu1.sat" in visitor.get("/x/points?q=supply%20air&building=a").text
    assert "c.ahu1.sat" not in visitor.get("/x/points?q=supply%20air&building=a").text
    assert "No point is like that" in visitor.get("/x/points?state=bad").text
    assert "No point is like that" in visitor.get("/x/points?q=%25").text
