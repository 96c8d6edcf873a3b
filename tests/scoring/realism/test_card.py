"""The card that may not get worse, the page and the pictures."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.errors import Fatal
from scoring.realism.bands import Bands, bands_of, load_bands
from scoring.realism.card import Card, card_of, load_card, save_card, worse
from scoring.realism.page import BEGIN, END, TITLES, figure, part, replaced
from scoring.realism.pictures import Panel, picture, ticks
from scoring.realism.stock import NAMES, like, stock
from scoring.realism.tables import STATISTICS

HUNDRED = [float(v) for v in range(101)]
BANDS = bands_of({"night_day": HUNDRED, "weekend": HUNDRED})


def card(**outside: tuple[int, int]) -> Card:
    total = sum(o / n for o, n in outside.values()) / len(outside)
    return Card(seeds=[1], share=total, outside=outside)


def test_a_card_counts_what_is_outside() -> None:
    made = card_of({"night_day": {"a": 50.0, "c": 99.0}, "weekend": {"a": 50.0}}, BANDS, [1])
    assert made.outside == {"night_day": (1, 2), "weekend": (0, 1)}
    assert made.share == 0.25


def test_what_was_inside_may_not_leave() -> None:
    kept = card(night_day=(0, 2), weekend=(2, 2))
    assert worse(kept, kept) == []
    assert worse(kept, card(night_day=(0, 4), weekend=(1, 4))) == []
    left = card(night_day=(1, 2), weekend=(0, 2))
    assert worse(kept, left) == ["night_day has left its band in 1 of 2 units"]


def test_the_share_may_only_fall_and_nothing_may_vanish() -> None:
    kept = card(night_day=(1, 4), weekend=(0, 4))
    more = card(night_day=(2, 4), weekend=(0, 4))
    assert worse(kept, more) == ["25.0% are outside the bands, 12.5% were"]
    assert worse(kept, card(weekend=(0, 4))) == ["night_day is not measured any more"]


def test_a_card_survives_its_file(tmp_path: Path) -> None:
    kept = card(night_day=(1, 4))
    save_card(tmp_path / "today.json", kept)
    assert load_card(tmp_path / "today.json") == kept
    (tmp_path / "today.json").write_text("[]")
    with pytest.raises(Fatal, match="holds no card"):
        load_card(tmp_path / "today.json")


def test_the_page_has_a_row_for_every_statistic() -> None:
    year = {"night_day": {"a": 0.01, "c": 0.5}}
    made = part({"night_day": {"a": 0.01}}, load_bands(), year)
    assert all(f"### {title}" in made for title in TITLES.values())
    assert made.count("\n| ") == len(STATISTICS) + len(TITLES) + len(NAMES) + 1
    assert "| 1 of 1 |" in made
    assert "(1 of 2 outside)" in made
    assert "not measured" in made


def test_only_the_made_part_of_a_page_changes() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = replaced(page, "new\n")
    assert once == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replaced(once, "new\n") == once
    with pytest.raises(Fatal, match="no part between"):
        replaced("nothing", "new")


def test_figures_are_short_and_have_a_minus() -> None:
    assert [figure(v) for v in (0.12345, -1.5, 1234.0, 0.0)] == ["0.123", "−1.5", "1234", "0"]


def test_a_shift_of_one_band_is_seen_on_the_page() -> None:
    found = {"night_day": {"a": 50.0}}
    assert "**0%**" in part(found, Bands(made="", weeks=BANDS, whole={}, stock={}), {})
    moved = bands_of({"night_day": [v + 100.0 for v in HUNDRED]})
    assert "**100%**" in part(found, Bands(made="", weeks=moved, whole={}, stock={}), {})


def test_a_picture_is_sound_and_breaks_its_line_where_nothing_is_known() -> None:
    values = np.array([1.0, 2.0, np.nan, 3.0, 4.0])
    panel = Panel("A & B", "kWh an hour", [("use", values)], 7)
    root = ET.fromstring(picture([(panel, panel)]))  # noqa: S314 - our own
    lines = [e.attrib["d"] for e in root.iter() if e.attrib.get("class") == "l"]
    assert len(lines) == 2
    assert lines[0].count("M") == 2
    assert "A & B" in [e.text for e in root.iter()]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 100.0, [0.0, 50.0, 100.0]), (18.0, 26.0, [18.0, 20.0, 22.0, 24.0, 26.0])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


def test_a_stock_is_told_by_shares_and_spread() -> None:
    real = stock({"night_day": [0.2, 0.4, 0.6, 0.8], "weekend": [0.4, 0.8, 0.8, 0.8]})
    assert real["night_day_above_0.35"] == 0.75
    assert real["night_day_above_0.5"] == 0.5
    assert real["weekend_above_0.5"] == 0.75
    assert real["night_day_spread"] == pytest.approx(0.74 / 0.26)
    copies = stock({"night_day": [0.6] * 4, "weekend": [0.8] * 4})
    assert like(real, copies) == {
        "night_day_above_0.35": False, "night_day_above_0.5": False,
        "weekend_above_0.5": False, "night_day_spread": False, "weekend_spread": True,
    }  # fmt: skip
    assert all(like(real, real).values())
