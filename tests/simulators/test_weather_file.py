"""Weather from EPW and CSV: its numbers, its gaps, and all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.errors import Fatal, Misconfigured
from simulators.campus import Campus
from simulators.physics.weather.spells import Spell, SpellKind
from simulators.weather_file import WeatherFile, read_weather
from tests.simulators.parts import SEED, SITE, START, Readings, all_of, at, same

HEAD = [
    "LOCATION,Somewhere,-,CHN,fixture,000000,31.20,121.40,8.0,4.0",
    "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,made by hand", "COMMENTS 2,",
    "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
]  # fmt: skip


def row(moment: datetime, **more: float) -> str:
    """One EPW hour: dry bulb month + hour/10, dew point 3 K below, sun up to 700 W/m² at 13."""
    hour = moment.hour + 1
    dry = more.get("dry", moment.month + hour / 10.0)
    sun = more.get("sun", 100.0 * max(0, 7 - abs(hour - 13)))
    cells = ["0"] * 35
    cells[:6] = [str(moment.year), str(moment.month), str(moment.day), str(hour), "0", "?9"]
    cells[6:10] = [str(dry), str(more.get("dew", dry - 3.0)), str(more.get("rh", 60)), "101325"]
    cells[13] = str(sun)
    return ",".join(cells)


def year(change: Callable[[int, datetime], str | None] | None = None) -> list[str]:
    """A whole year of hours; ``change`` may give another line, or an empty one to drop it."""
    hours = [datetime(2017, 1, 1) + timedelta(hours=h) for h in range(8760)]  # noqa: DTZ001
    lines = [((change(i, m) if change else None), row(m)) for i, m in enumerate(hours)]
    return HEAD + [plain if new is None else new for new, plain in lines if new != ""]


def written(folder: Path, lines: list[str], name: str = "place.epw") -> WeatherFile:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return read_weather(path)


def wrong(folder: Path, lines: list[str], name: str = "place.epw") -> list[tuple[int, str]]:
    with pytest.raises(Misconfigured) as caught:
        written(folder, lines, name)
    assert all(m.file == name for m in caught.value.mistakes)
    return [(m.line, m.what) for m in caught.value.mistakes]


def test_an_hours_number_stands_at_its_end_and_its_sun_in_its_middle(tmp_path: Path) -> None:
    file = written(tmp_path, year())
    noon = file.of(date(2026, 7, 15))
    # The hour named 12 ends at 12:00; half a minute on, 0.1 K an hour has hardly moved it.
    assert noon.oat[720] == pytest.approx(7 + 1.2, abs=1e-2)
    assert noon.oat[750] == pytest.approx(7 + 1.25, abs=1e-2)
    assert noon.dew[720] == pytest.approx(noon.oat[720] - 3.0, abs=1e-2)
    # The hour from 12 to 13 has a mean of 700 W/m², those beside it 600.
    assert noon.sun[750] == pytest.approx(700.0, abs=2.0)
    assert noon.sun[690] == pytest.approx(600.0, abs=2.0)
    assert noon.sun.sum() / 60.0 == pytest.approx(4900.0, rel=2e-3)
    assert noon.sun[:300].max() == 0.0


def test_a_typical_year_stands_for_every_year_and_goes_round(tmp_path: Path) -> None:
    file = written(tmp_path, year())
    assert np.array_equal(file.of(date(2026, 5, 2)).oat, file.of(date(2031, 5, 2)).oat)
    # A leap day is like the day before it; December's last minute runs into January's first hour.
    assert np.array_equal(file.of(date(2028, 2, 29)).oat, file.of(date(2028, 2, 28)).oat)
    eve, new = file.of(date(2026, 12, 31)), file.of(date(2027, 1, 1))
    assert eve.oat[-1] == pytest.approx(12 + 2.4, abs=0.1)
    assert new.oat[0] == pytest.approx(eve.oat[-1], abs=0.3)
    assert new.oat[59] == pytest.approx(1.1, abs=0.2)


def test_missing_codes_are_no_weather(tmp_path: Path) -> None:
    def change(i: int, m: datetime) -> str | None:
        if 4000 <= i < 4004:
            return row(m, dry=99.9, dew=99.9, rh=999, sun=9999)
        return row(m, dew=99.9, rh=50) if i >= 5000 else None

    file, plain = written(tmp_path, year(change)), written(tmp_path, year(), "plain.epw")
    day = date(2026, 1, 1) + timedelta(hours=4000)
    assert file.of(day).oat.max() < 10.0
    assert np.abs(file.of(day).oat - plain.of(day).oat).max() < 1.5
    assert file.of(day).sun.max() < 800.0
    later = file.of(date(2026, 10, 1))
    assert later.humidity == pytest.approx(np.full(1440, 50.0), abs=1.0)


def test_all_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    def change(i: int, m: datetime) -> str | None:
        bad = {
            10: "2017,1,1", 20: row(m).replace("?9,", "?9,warm", 1), 30: row(m, dry=-80.0, dew=5.0),
            40: row(m - timedelta(hours=5)), 50: row(m + timedelta(days=9)),
            60: row(m).replace("2017,1,", "2017,13,", 1),
        }  # fmt: skip
        if 100 <= i < 110:
            return ""
        if 3000 <= i < 3007:
            return row(m, dry=99.9, dew=5.0)
        return bad.get(i)

    assert wrong(tmp_path, year(change)) == [
        (19, "3 cells"),
        (29, "dry_bulb 'warm3.1' is no number"),
        (39, "dry_bulb -80"),
        (49, "time does not go on"),
        (59, "time does not go on"),
        (69, "'2017,13,3,13' is no time"),
        (109, "dry_bulb is missing for 11 h"),
        (109, "dew_point is missing for 11 h"),
        (109, "sun is missing for 11 h"),
        (2999, "dry_bulb is missing for 8 h"),
    ]


def test_half_a_year_and_half_hours_and_no_header_are_refused(tmp_path: Path) -> None:
    assert wrong(tmp_path, year()[:4000]) == [(9, "not a whole year")]
    halves = [line.replace("DATA PERIODS,1,1", "DATA PERIODS,1,2") for line in year()]
    assert wrong(tmp_path, halves) == [(8, "not one record an hour")]
    assert (1, "no EPW header") in wrong(tmp_path, year()[8:])
    assert wrong(tmp_path, [], "empty.csv")[0][0] == 1
    assert wrong(tmp_path, [], "weather.txt") == [(0, "unknown kind of file")]


def test_a_csv_tells_its_units(tmp_path: Path) -> None:
    lines = ["time,dry_bulb [°F],humidity [%],sun [W/m2]"]
    lines += [
        f"{datetime(2026, 4, 1) + timedelta(minutes=30 * k)},{50 + k % 48 / 2},80,{k % 48 * 10}"  # noqa: DTZ001
        for k in range(48 * 3 + 1)
    ]
    weather = written(tmp_path, lines, "roof.csv").of(date(2026, 4, 2))
    # 12:00 is the 24th half hour: 62 °F.
    assert weather.oat[720] == pytest.approx((62.0 - 32.0) / 1.8, abs=0.01)
    assert weather.humidity[720] == pytest.approx(80.0, abs=0.2)
    # 240 W/m² in the mean from 11:30 to 12:00.
    assert weather.sun[705] == pytest.approx(240.0, abs=1.0)
    with pytest.raises(Fatal, match="2026-04-09"):
        written(tmp_path, lines, "roof.csv").of(date(2026, 4, 9))


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("time,dry_bulb [°C],humidty [%],sun [W/m²]", "no column 'humidty'"),
        ("time,dry_bulb,humidity [%],sun [W/m²]", "dry_bulb has no unit"),
        ("time,dry_bulb [°C],humidity [g/kg],sun [W/m²]", "humidity has unit 'g/kg'"),
        ("time,dry_bulb [°C],sun [W/m²]", "no column dew_point or humidity"),
    ],
)
def test_a_csv_without_names_or_units_is_refused(tmp_path: Path, head: str, what: str) -> None:
    assert wrong(tmp_path, [head, "2026-04-01 00:00,1,2,3"], "roof.csv") == [(1, what)]


def test_a_csvs_bad_lines_are_told(tmp_path: Path) -> None:
    lines = [
        "time,dry_bulb [°C],dew_point [°C],sun [W/m²]", "2026-04-01 00:00,10,5,0",
        "yesterday,10,5,0", "2026-04-01 01:00+08:00,10,5,0", "2026-04-01 02:00,hot,5,0",
        "2026-04-01 03:00,10,5,-20", "2026-04-01 04:00,10,5,0",
    ]  # fmt: skip
    assert wrong(tmp_path, lines, "roof.csv") == [
        (3, "'yesterday' is no time"), (4, "'2026-04-01 01:00+08:00' has an offset"),
        (5, "dry_bulb 'hot' is no number"), (6, "sun -20"),
    ]  # fmt: skip


def test_a_campus_lives_under_a_files_weather_and_knows_it_again(tmp_path: Path) -> None:
    file = written(tmp_path, year())
    campus = Campus(SITE, SEED, START, weather=file)
    said = Readings(all_of(campus, at(1, 6.0)))
    oat = said.between("a.weather.oat", at(1, 1.0), at(1, 6.0))
    # Within the station's offset and noise.
    assert np.abs(oat - np.linspace(4.1, 4.6, 300)).max() < 0.5
    campus.save(tmp_path / "campus.npz")
    loaded = Campus.load(tmp_path / "campus.npz", SITE, weather=file)
    assert same(all_of(loaded, at(1, 7.0)), all_of(campus, at(1, 7.0)))
    with pytest.raises(Fatal, match=r"place\.epw"):
        Campus.load(tmp_path / "campus.npz", SITE)
    other = written(tmp_path, year(lambda i, m: row(m, dry=3.0) if i == 9 else None), "b.epw")
    with pytest.raises(Fatal, match=r"place\.epw"):
        Campus.load(tmp_path / "campus.npz", SITE, weather=other)
    spell = Spell(kind=SpellKind.HEAT_WAVE, start=date(2026, 7, 1), days=4, kelvin=5.0)
    with pytest.raises(Misconfigured, match="spells"):
        Campus(SITE, SEED, START, weather=file, spells=(spell,))


def test_a_campus_keeps_its_climate_and_spells(tmp_path: Path) -> None:
    spell = Spell(kind=SpellKind.HEAT_WAVE, start=date(2026, 4, 13), days=4, kelvin=9.0)
    campus = Campus(SITE, SEED, START, climate="mild", spells=(spell,))
    campus.advance(at(1, 2.0))
    campus.save(tmp_path / "campus.npz")
    loaded = Campus.load(tmp_path / "campus.npz", SITE)
    twin, plain = campus.twin(()), Campus(SITE, SEED, START, climate="mild")
    rows = Readings(all_of(campus, at(1, 3.0)))
    assert same(all_of(loaded, at(1, 3.0)), rows.rows)
    hour = (at(1, 2.0), at(1, 3.0))
    told = rows.between("a.weather.oat", *hour)
    assert np.array_equal(Readings(all_of(twin, at(1, 3.0))).between("a.weather.oat", *hour), told)
    usual = Readings(all_of(plain, at(1, 3.0))).between("a.weather.oat", *hour)
    assert (told > usual + 4.0).all()
