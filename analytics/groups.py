"""Targets that are judged together, because their readings come through the same gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.calendar import Calendar
from analytics.daybook import Daybook
from analytics.references import Past
from analytics.rule import Basis, Rule, Target
from core.batch import Columns
from core.ports import ReadingStore
from core.site import Site


class Reader:
    """Reads a moving stretch of time: what the last step read is not read again."""

    def __init__(self, store: ReadingStore, points: Sequence[int]) -> None:
        self._store = store
        self._points = list(points)
        self._rows = Columns.of([], [], [])
        self._start = self._end = 0

    def rows(self, start: int, end: int) -> Columns:
        """Readings of ``(start, end]`` by point and time."""
        if not self._points:
            return self._rows
        if self._start <= start <= self._end <= end:
            fresh = self._store.read(self._points, self._end, end).rows
            kept = self._rows.keep(self._rows.at > start)
            both = Columns.joined([kept, fresh])
            self._rows = both.keep(np.argsort(both.point, kind="stable"))
        else:
            self._rows = self._store.read(self._points, start, end).rows
        self._start, self._end = start, end
        return self._rows

    def has_after(self, at: int) -> bool:
        """Whether something that was read lately is later than a time. [ms]"""
        return bool((self._rows.at > at).any())

    def forget(self) -> None:
        """Something behind changed: the next stretch is read whole."""
        self._start = self._end = 0


@dataclass
class Group:
    """One gateway, or some together where a rule needs points of several.

    Attributes:
        gateways: Whose watermarks hold it back.
        targets: By rule id.
        points: What rules by the minute read, ascending.
        until: Up to where each rule has judged, by rule id. [ms]
        since: From where each rule judged first, by rule id. [ms]
    """

    gateways: frozenset[str]
    targets: Mapping[str, tuple[Target, ...]]
    points: list[int]
    reader: Reader
    book: Daybook
    pasts: Mapping[str, Past]
    until: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)


def abreast(one: Group, other: Group) -> bool:
    """Whether they stand at the same place, so that a rule of both judges the same time."""
    common = one.until.keys() & other.until.keys()
    return all(one.until[rule] == other.until[rule] for rule in common)


class Together:
    """Groups as one while they stand abreast: a rule then judges all of its targets in one call.

    Which groups do so seldom changes; each set has a reader of its own.
    """

    def __init__(self, store: ReadingStore) -> None:
        self._store = store
        self._known: dict[frozenset[frozenset[str]], Group] = {}

    def of(self, groups: Sequence[Group]) -> Group:
        """One group of them all; nights and days stay with the groups it is made of."""
        if len(groups) == 1:
            return groups[0]
        name = frozenset(group.gateways for group in groups)
        whole = self._known.get(name)
        if whole is None:
            whole = self._known[name] = self._made(groups)
        whole.until.clear()
        for group in groups:
            whole.until.update(group.until)
        return whole

    def forget(self) -> None:
        """Something behind changed."""
        for whole in self._known.values():
            whole.reader.forget()

    def _made(self, groups: Sequence[Group]) -> Group:
        targets: dict[str, list[Target]] = {}
        for group in groups:
            for rule, found in group.targets.items():
                targets.setdefault(rule, []).extend(found)
        points = sorted({point for group in groups for point in group.points})
        return Group(
            gateways=frozenset().union(*(group.gateways for group in groups)),
            targets={rule: tuple(found) for rule, found in targets.items()},
            points=points, reader=Reader(self._store, points), book=groups[0].book, pasts={},
        )  # fmt: skip


def grouped(
    site: Site, calendar: Calendar, store: ReadingStore, rules: Sequence[Rule]
) -> list[Group]:
    """All targets of all rules, by the gateways they depend on."""
    by_gateways: dict[frozenset[str], dict[str, list[Target]]] = {}
    everyone = frozenset(site.gateways)
    for rule in rules:
        for target in rule.targets(site):
            of = by_gateways.setdefault(target.gateways or everyone, {})
            of.setdefault(rule.id, []).append(target)
    return [
        _group(site, calendar, store, rules, gateways, by_gateways[gateways])
        for gateways in sorted(by_gateways, key=sorted)
    ]


def _group(
    site: Site,
    calendar: Calendar,
    store: ReadingStore,
    rules: Sequence[Rule],
    gateways: frozenset[str],
    targets: Mapping[str, Sequence[Target]],
) -> Group:
    here = [rule for rule in rules if rule.id in targets]
    daily = [rule for rule in here if rule.daily is not None]
    book = Daybook(site, calendar, store, _points(targets, daily))
    points = _points(targets, [rule for rule in here if rule.basis is not Basis.DAYS])
    return Group(
        gateways=gateways,
        targets={rule: tuple(found) for rule, found in targets.items()},
        points=points,
        reader=Reader(store, points),
        book=book,
        pasts={
            rule.id: Past(site, calendar, book, rule, rule.daily, tuple(targets[rule.id]))
            for rule in daily
            if rule.daily is not None
        },
    )


def _points(targets: Mapping[str, Sequence[Target]], rules: Sequence[Rule]) -> list[int]:
    return sorted(
        {
            index
            for rule in rules
            for target in targets[rule.id]
            for index in (*target.points.values(), *target.less)
        }
    )
