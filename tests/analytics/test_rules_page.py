"""The page on the rules says what the cards say, and the cards say everything."""

from __future__ import annotations

import re
import string
from dataclasses import fields
from pathlib import Path

import pytest

from analytics.rules import RULES, cards, rule
from analytics.rules_page import rules_page
from core.rulecard import RuleCard

ROOT = Path(__file__).parents[2]
MAY_BE_EMPTY = {
    "answers_h", "applies_to", "behind", "desk", "exemptions", "follows", "licences", "lingers_h",
    "movable", "optional_roles", "outdoor", "outdoor_limit", "parts", "permits",
    "seasonal", "served_when",
}  # fmt: skip
KNOWN_PARAMS = {"target", "margin", "hours", "times"}


def test_the_page_is_what_the_cards_say() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()


def test_the_rules_are_those_of_the_list() -> None:
    assert {card.id for card in cards()} == {
        "PWR-03", "PWR-05", "PWR-06", "PWR-11", "PWR-12", "PWR-13", "PWR-16", "PWR-17",
        "WAT-01", "WAT-03", "WAT-07", "HTG-07", "AC-02", "AC-04", "AC-08", "AC-13", "AC-14", "FC-2",
        "FC-3", "FC-5", "FC-6", "FC-7", "FC-10", "FC-12", "FC-13", "FC-14", "FC-15", "SEN-01",
        "SEN-02", "SEN-06", "SEN-08", "SEN-09", "SEN-10", "SEN-11", "SEN-13", "SEN-14", "SEN-15",
        "SEN-16",
    }  # fmt: skip


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.id)
def test_every_field_of_a_card_is_filled(card: RuleCard) -> None:
    empty = [
        f.name
        for f in fields(card)
        if f.name not in MAY_BE_EMPTY and getattr(card, f.name) in ("", (), {}, None)
    ]
    assert not empty
    assert 1 <= card.severity <= 4
    assert card.hold.counted or card.hold.minutes > 0
    assert re.fullmatch(r"[A-Z]+-\d+", card.id)
    for name, parameter in card.parameters.items():
        assert parameter.why, name
        assert parameter.unit, name


@pytest.mark.parametrize("card", cards(), ids=lambda card: card.id)
def test_texts_use_only_what_a_finding_gives(card: RuleCard) -> None:
    known = rule(card.id)
    frozen = set(known.daily.frozen) if known.daily is not None else set()
    for text in (card.title, card.explanation):
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert named <= KNOWN_PARAMS | frozen


def test_rules_that_find_instruments_wrong_are_judged_first() -> None:
    assert {known.id for known in RULES if known.mutes} == {
        "SEN-01", "SEN-02", "SEN-06", "SEN-09", "SEN-10", "SEN-11", "SEN-16", "FC-2", "FC-3",
        "AC-14",
    }  # fmt: skip
    ranks = [known.rank for known in sorted(RULES, key=lambda r: r.rank) if known.mutes]
    assert ranks == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
