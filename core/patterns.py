"""Patterns of other people's MQTT topics, with named parts: ``tele/{device}/SENSOR``.

A level may hold one part or several, with text between (``{application}@{tenant}``); the
last level may be ``{path*}``, which is everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.topics import PREFIX

_PART = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_REST = re.compile(r"\{([a-z][a-z0-9_]*)\*\}")


@dataclass(frozen=True, slots=True)
class TopicPattern:
    """A topic with named parts.

    Attributes:
        text: As written.
        filter: What to subscribe to, so that every topic of the pattern comes.
        parts: Names of its parts, in order.
    """

    text: str
    filter: str
    parts: tuple[str, ...]
    _expression: re.Pattern[str]

    def match(self, topic: str) -> Mapping[str, str] | None:
        """The parts by name, or None where the topic is not one of these."""
        found = self._expression.fullmatch(topic)
        return None if found is None else found.groupdict()


def topic_pattern(text: str) -> TopicPattern:
    """Read a pattern.

    Raises:
        ValueError: It cannot be one; the message says what was expected.
    """
    levels = text.split("/")
    if text.startswith((f"{PREFIX.partition('/')[0]}/", "$")) or "{" in levels[0] or not levels[0]:
        raise ValueError("a first level that is a plain word, and not our own 'plantroom'")
    filters: list[str] = []
    expressions: list[str] = []
    parts: list[str] = []
    for number, level in enumerate(levels):
        rest = _REST.fullmatch(level)
        if rest is not None and number == len(levels) - 1:
            filters.append("#")
            expressions.append(f"(?P<{rest[1]}>.+)")
            parts.append(rest[1])
            continue
        filters.append("+" if _PART.search(level) else level)
        expressions.append(_level(level, parts))
    if len(parts) != len(set(parts)):
        raise ValueError("each named part once")
    return TopicPattern(
        text, "/".join(filters), tuple(parts), re.compile("/".join(expressions), re.DOTALL)
    )


def _level(level: str, parts: list[str]) -> str:
    """The expression of one level; its parts are added."""
    made = ""
    end = 0
    for found in _PART.finditer(level):
        made += re.escape(_plain(level[end : found.start()])) + f"(?P<{found[1]}>[^/]+?)"
        parts.append(found[1])
        end = found.end()
    return made + re.escape(_plain(level[end:]))


def _plain(text: str) -> str:
    if set(text) & set("+#{}*\0"):
        raise ValueError(
            "words and parts in braces, such as tele/{device}/SENSOR; {path*} last; no + and #"
        )
    return text
