"""Every text that people read, collected for the translations in ``locales/``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import nodes

from adapters.locales import DOMAIN, FOLDER
from analytics.rules import cards
from analytics.savings.constructions import CONSTRUCTIONS
from api import (
    actions,
    assessment,
    desk,
    gateways,
    meters,
    orders,
    people,
    planned,
    problems,
    refusals,
    requests,
    savings,
    savings_events,
    second,
    series,
    teaching,
)
from api import messages as message_pages
from api.pages import checks, mutes
from api.pages import orders as order_pages
from api.view import environment
from core.roles import ROLES
from core.rulecard import RuleCard
from core.words import Discipline, Outcome, Role
from workorders import keeping, messages
from workorders.ownplant.cards import CARDS as OWN_CARDS
from workorders.planned import orders as made_by_plans
from workorders.planned import planner
from workorders.priority import Raised

ROOT = FOLDER.parent
_SOURCES = ("api", "analytics", "workorders", "ingest/foreign/hand", "adapters/photos.py")
_CALLS = {"tr", "_", "Text", "plural"}
_SHOWN = ("title", "explanation", "condition", "clears_when", "isolation")
_LISTED = ("causes", "checks", "parts")
_TERMS = ("waste", "comfort", "service", "wear")
QUARANTINE = (
    "not_json", "schema", "version", "columns", "too_large", "topic", "unknown_point", "identity",
    "unit", "time", "domain", "store", "rate", "lost_by_policy",
    "not_protobuf", "unmapped", "before_birth", "lost_unconfirmed",
)  # fmt: skip
"""Reasons of docs/wire-contract.md; a test holds the two together."""
_SETTLED = ("replayed", "dismissed")
_QUALITY = ("good", "suspect", "bad", "never seen", "on", "off")

Found = tuple[str, str]
"""A text and its plural, which is empty where it does not depend on a number."""


def texts() -> dict[str, str]:
    """All of them in English, each with its plural or nothing."""
    found: dict[str, str] = {}
    for one, many in (*_templates(), *_code(), *((t, "") for t in _said_through_variables())):
        if one:
            found[one] = many or found.get(one, "")
    return found


def msgids() -> set[str]:
    """All of them; those that depend on a number by their singular."""
    return set(texts())


def po_file(language: str) -> Path:
    """The catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "api" / "templates").glob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            called = call.node
            name = called.name if isinstance(called, nodes.Name) else ""
            name = called.attr if isinstance(called, nodes.Getattr) else name
            written = [a.value for a in call.args[:2] if isinstance(a, nodes.Const)]
            if name in _CALLS and written and isinstance(written[0], str):
                yield written[0], str(written[1]) if name == "plural" else ""


def _code() -> Iterator[Found]:
    """First arguments of ``tr(…)``, ``Text(…)`` and, for people, ``Refused(…)``."""
    for folder in _SOURCES:
        refusals = {"Refused"} if folder == "api" else set()
        at = ROOT / folder
        for path in [at] if at.is_file() else sorted(at.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    name = _name(node.func)
                    if name in _CALLS | refusals:
                        many = _written(node.args[1]) if name == "plural" else [""]
                        yield from ((one, many[0]) for one in _written(node.args[0]))


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _written(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _written(node.body) + _written(node.orelse)
    return []


def _said_through_variables() -> Iterator[str]:
    for card in (*cards(), *OWN_CARDS.values()):
        yield from _card(card)
    for words in (Role, Discipline, Outcome):
        yield from (word.value for word in words)
    tables = (
        orders.STATE_WORDS, orders.PROMISES, keeping.PROMISE_WORDS, actions.LABELS,
        actions.HOLD_WORDS, actions.CANCEL_WORDS, actions.VISIT_WORDS, actions.CAUSE_WORDS,
        actions.DONE_WORDS, actions.ALARM_WORDS, refusals.FIELD_WORDS, refusals.NEED_WORDS,
    )  # fmt: skip
    for table in tables:
        yield from (str(value) for value in table.values())
    yield from (*order_pages.WORDS, *meters.WORDS, *gateways.WORDS, *people.WORDS, *_SETTLED)
    yield from (
        *requests.WORDS,
        *mutes.WORDS,
        *message_pages.WORDS,
        *savings.WORDS,
        *savings_events.WORDS,
        *desk.SAID,
        *second.SAID,
    )
    yield from (*teaching.WORDS, *checks.WORDS)
    yield from (*planned.WORDS, *made_by_plans.WORDS, *planner.WORDS)
    yield from assessment.WORDS
    yield from (made.key for made in CONSTRUCTIONS.values())
    yield from (series.role_words(role) for role in ROLES.values())
    yield from (v for k, v in vars(messages).items() if k.isupper() and isinstance(v, str))
    yield from (*_TERMS, *_QUALITY, *(r.value for r in Raised), *QUARANTINE, *problems.SAID)


def _card(card: RuleCard) -> Iterator[str]:
    yield from (getattr(card, name) for name in _SHOWN)
    for name in _LISTED:
        yield from getattr(card, name)
