"""The scorecard says what the figures say."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from scoring.page import page, picture
from scoring.report import report, within_reach
from scoring.season import Season
from tests.scoring.parts import SITE, alarm, cause, day


def whole() -> dict[str, Any]:
    odd = cause("odd", "c.ahu1", kind="belt <slips>")
    season = Season(
        seed=1, start=0, end=day(14), buildings=("a", "c"), alarms=(alarm(),),
        causes=(cause(), odd),
    )  # fmt: skip
    return dict(report([season], SITE)) | within_reach([season], SITE)


def test_the_page_shows_what_was_found_and_what_it_was_made_from() -> None:
    text = page(whole(), what="seed 1, 14 days")
    assert "seed 1, 14 days" in text
    assert "| recall of visible faults | 0.5 |" in text
    assert "| ours | 1 | 1 | 0.5 | 0.5 | 0.667 |" in text
    assert "| heat_valve_passes | yes | 1 | 1 | 1 | few |" in text
    assert "| FC-15 | 1 |" in text
    assert "found or not | 18; fewer than 90 % were found |" in text


def test_other_runs_stand_beside_where_there_are_any() -> None:
    card = whole()
    bare = page(card, what="x")
    assert "open-fdd\n" not in bare
    assert "Without any fault" not in bare
    sealed = card | {"f1": 0.5, "made_from": "seeds 101..105"}
    text = page(
        card, what="x",
        others={"sealed": sealed, "healthy": sealed, "open_fdd": sealed, "open_fdd_merged": card},
    )  # fmt: skip
    assert "Seeds 101..105. **Tuned too far**: f1: 0.6667 where it was tuned, 0.5 here" in text
    assert "| healthy | 1 | 0 | 0 |" in text
    assert "| open_fdd_merged | 2 | 2 | 1 | 1 |" in text
    within = page(card, what="x", others={"sealed": card | {"f1": 0.62, "made_from": "y"}})
    assert "Within what is allowed." in within


def test_tables_have_as_many_cells_in_every_line() -> None:
    lines = [line for line in page(whole(), what="x").splitlines() if line.startswith("|")]
    groups: list[set[int]] = []
    for line, before in zip(lines, ["", *lines], strict=False):
        if before == "" or line.count("|") != before.count("|"):
            groups.append(set())
        groups[-1].add(line.count("|"))
    assert all(len(group) == 1 for group in groups)
    assert len(groups) >= 4


def test_the_picture_is_an_svg_with_a_bar_a_kind() -> None:
    drawn = ET.fromstring(picture(whole()))  # noqa: S314 our own
    texts = [t.text for t in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "heat_valve_passes" in texts
    assert "belt <slips>" in texts
    assert "1 of 1 visible" in texts
    assert "0 of 1 visible · beyond reach" in texts
    bars = [r for r in drawn.iter("{http://www.w3.org/2000/svg}rect") if r.get("height") == "14"]
    assert [float(b.get("width", "0")) for b in bars] == [420.0, 1.0]
