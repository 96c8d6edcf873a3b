"""All rules, one module a rule or a family of them."""

from __future__ import annotations

from analytics.rule import Rule
from analytics.rules import (
    heat_against_cool,
    late_stop,
    night_flow,
)
from core.rulecard import RuleCard

RULES: tuple[Rule, ...] = (
    late_stop.RULE,
    night_flow.RULE,
    heat_against_cool.RULE,
)
"""Every rule, in the order of the documentation."""


def cards() -> tuple[RuleCard, ...]:
    """The cards of all rules."""
    return tuple(rule.card for rule in RULES)


def rule(id_: str) -> Rule:
    """One rule by its id.

    Raises:
        KeyError: There is no such rule.
    """
    return {known.id: known for known in RULES}[id_]
