"""Nodes to the declared keys: all mistakes of shape at once, each with its line."""

from __future__ import annotations

import contextlib
import math
import operator
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from msgspec import inspect

from adapters.sites.document import Document, MappingNode, Node, Place, ScalarNode, SequenceNode
from adapters.sites.keys import DESCRIBED
from adapters.sites.log import NOTHING_NEAR, Log, Near

_NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{t}" for t in ("null", "bool", "int", "float"))
_KINDS = {MappingNode: "a mapping", SequenceNode: "a list", ScalarNode: "a value"}
_MANY = 8  # more choices than fit a line are not listed: the suggestion is what helps

S = TypeVar("S", bound=msgspec.Struct)


class _Wrong(Exception):
    """This value cannot stand; the mistake is noted."""


def read(document: Document, keys: type[S], log: Log) -> S | None:
    """A document as the struct of its keys, or None where mistakes were noted."""
    try:
        value = _Reader(document, log).value(document.root, inspect.type_info(keys))
    except _Wrong:
        return None
    return value if isinstance(value, keys) else None


class _Reader:
    """Reads one document by what :mod:`msgspec.inspect` says of the declared types."""

    def __init__(self, document: Document, log: Log) -> None:
        self._document = document
        self._log = log
        self._empty: dict[int, Node] = {}

    def value(self, node: Node, kind: inspect.Type) -> object:
        """A node as a declared type.

        Raises:
            _Wrong: It is not one; what is wrong has been noted.
        """
        read: Callable[[Node, inspect.Type], object] | None = {
            inspect.Metadata: self._metadata,
            inspect.UnionType: self._union,
            inspect.StructType: self._struct,
            inspect.DictType: self._dict,
            inspect.ListType: self._list,
            inspect.EnumType: self._enum,
            inspect.StrType: self._text,
            inspect.IntType: self._number,
            inspect.FloatType: self._number,
            inspect.BoolType: self._flag,
            inspect.LiteralType: self._literal,
        }.get(type(kind))
        if read is None:
            msg = f"keys.py declares a type that the reader does not know: {kind!r}"
            raise TypeError(msg)
        return read(node, kind)

    def _metadata(self, node: Node, kind: inspect.Type) -> object:
        return self.value(node, kind.type) if isinstance(kind, inspect.Metadata) else None

    def _union(self, node: Node, kind: inspect.Type) -> object:
        """The member that fits the node's shape: a key left empty is never meant as absent."""
        members = [m for m in getattr(kind, "types", ()) if not isinstance(m, inspect.NoneType)]
        fitting = [m for m in members if _fits(node, _bare(m))]
        return self.value(node, (fitting or members)[0])

    def _struct(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.StructType)  # noqa: S101 - dispatched by type
        pairs = self._pairs(node)
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, object] = {}
        complete = True
        for key, (key_node, value_node) in pairs.items():
            if key not in fields:
                self._note(key_node, f"unknown key '{key}'", _listed(fields), near=(key, fields))
                continue
            try:
                values[fields[key].name] = self.value(value_node, fields[key].type)
            except _Wrong:
                # What may be left out is left out, so that the rest can be checked as well.
                complete = complete and not fields[key].required
        for key, field in fields.items():
            if field.required and key not in pairs:
                self._note(node, f"'{key}' is missing", _meaning(field.type))
                complete = False
        if not complete:
            self._break(pairs)
            raise _Wrong
        built: object = kind.cls(**values)
        self._log.written(built, self._places(node, pairs))
        return built

    def _dict(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.DictType)  # noqa: S101 - dispatched by type
        pairs = self._pairs(node)
        values: dict[object, object] = {}
        for key, (key_node, value_node) in pairs.items():
            try:
                values[self.value(key_node, kind.key_type)] = self.value(
                    value_node, kind.value_type
                )
            except _Wrong:
                self._log.broken.add(key)
        self._log.written(values, self._places(node, pairs))
        return values

    def _list(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.ListType)  # noqa: S101 - dispatched by type
        if not isinstance(node, SequenceNode):
            raise self._wrong(node, f"{_shown(node)} is not a list", "a list")
        least, most = kind.min_length or 0, kind.max_length or math.inf
        if not least <= len(node.value) <= most:
            counted = str(least) if least == most else f"{least} or more"
            raise self._wrong(node, f"{len(node.value)} entries", f"{counted} entries")
        values: list[object] = []
        for child in node.value:
            with contextlib.suppress(_Wrong):
                values.append(self.value(child, kind.item_type))
        if len(values) < least:
            raise _Wrong
        return values

    def _enum(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.EnumType)  # noqa: S101 - dispatched by type
        words = {str(member.value): member for member in kind.cls}
        word = self._text_of(node)
        if word not in words:
            name = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.cls.__name__).lower()
            raise self._wrong(node, f"'{word}' is no {name}", _listed(words), near=(word, words))
        return words[word]

    def _text(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.StrType)  # noqa: S101 - dispatched by type
        text = self._text_of(node)
        if len(text) < (kind.min_length or 0):
            raise self._wrong(node, "an empty text", "at least one letter")
        if kind.pattern and not re.search(kind.pattern, text):
            raise self._wrong(node, f"'{text}' is not allowed here", DESCRIBED[kind.pattern])
        return text

    def _number(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.IntType | inspect.FloatType)  # noqa: S101 - by type
        whole = isinstance(kind, inspect.IntType)
        name = "a whole number" if whole else "a number"
        if not isinstance(node, ScalarNode) or node.tag not in (
            (_INT,) if whole else (_INT, _FLOAT)
        ):
            raise self._wrong(node, f"{_shown(node)} is not {name}", name)
        number = self._parsed(node)
        if not math.isfinite(number):
            raise self._wrong(node, f"{node.value} is not a finite number", name)
        for limit, holds, words in (
            (kind.ge, operator.ge, "at least"),
            (kind.gt, operator.gt, "more than"),
            (kind.le, operator.le, "at most"),
            (kind.lt, operator.lt, "less than"),
        ):
            if limit is not None and not holds(number, limit):
                raise self._wrong(node, f"{node.value} is out of range", f"{words} {limit:g}")
        return int(number) if whole else float(number)

    def _flag(self, node: Node, _: inspect.Type) -> object:
        if not isinstance(node, ScalarNode) or node.tag != _BOOL:
            raise self._wrong(node, f"{_shown(node)} is not true or false", "true or false")
        return str(node.value).lower() == "true"

    def _literal(self, node: Node, kind: inspect.Type) -> object:
        assert isinstance(kind, inspect.LiteralType)  # noqa: S101 - dispatched by type
        words = [str(word) for word in kind.values]
        text = self._text_of(node)
        if text not in words:
            what = f"'{text}' is not allowed here"
            raise self._wrong(node, what, _listed(words), near=(text, words))
        return text

    def _pairs(self, node: Node) -> dict[str, tuple[Node, Node]]:
        """Key and value nodes of a mapping by key; a key written twice is a mistake."""
        if not isinstance(node, MappingNode):
            raise self._wrong(node, f"{_shown(node)} is not a mapping", "a mapping, key: value")
        pairs: dict[str, tuple[Node, Node]] = {}
        for key_node, value_node in node.value:
            key = self._text_of(key_node)
            if key in pairs:
                self._note(key_node, f"'{key}' is written twice", "each key once")
            pairs[key] = (key_node, value_node)
            if isinstance(value_node, ScalarNode) and not value_node.value:
                # YAML places what is not there where the next thing begins.
                self._empty[id(value_node)] = key_node
        return pairs

    def _break(self, pairs: dict[str, tuple[Node, Node]]) -> None:
        """Remember whose entry cannot be read, so that references to it are no second mistake."""
        for key in ("id", "building"):
            if key in pairs and isinstance(pairs[key][1], ScalarNode):
                self._log.broken.add(str(pairs[key][1].value))

    def _places(self, node: Node, pairs: dict[str, tuple[Node, Node]]) -> dict[str, Place]:
        places = {key: self._document.place(key_node) for key, (key_node, _) in pairs.items()}
        return places | {"": self._document.place(node)}

    def _text_of(self, node: Node) -> str:
        if not isinstance(node, ScalarNode) or node.tag in {_NULL, _BOOL}:
            raise self._wrong(node, f"{_shown(node)} is not a text", "a text")
        return str(node.value)

    def _parsed(self, node: ScalarNode) -> int | float:
        text = str(node.value).replace("_", "").lower()
        if node.tag == _INT:
            return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))

    def _note(self, node: Node, what: str, expected: str, *, near: Near = NOTHING_NEAR) -> None:
        place = self._document.place(self._empty.get(id(node), node))
        self._log.mistake(place, what, expected, near=near)

    def _wrong(self, node: Node, what: str, expected: str, *, near: Near = NOTHING_NEAR) -> _Wrong:
        self._note(node, what, expected, near=near)
        return _Wrong()


def _bare(kind: inspect.Type) -> inspect.Type:
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _fits(node: Node, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StructType() | inspect.DictType():
            return isinstance(node, MappingNode)
        case inspect.ListType():
            return isinstance(node, SequenceNode)
        case inspect.BoolType():
            return node.tag == _BOOL
        case inspect.IntType():
            return node.tag == _INT
        case inspect.FloatType():
            return node.tag in {_INT, _FLOAT}
        case _:
            return isinstance(node, ScalarNode) and node.tag not in {_BOOL, _NULL}


def _shown(node: Node) -> str:
    if isinstance(node, ScalarNode) and node.tag != _NULL:
        return f"'{node.value}'"
    return "nothing" if isinstance(node, ScalarNode) else _KINDS[type(node)]


def _listed(words: Iterable[str]) -> str:
    known = list(words)
    return " or ".join(known) if len(known) <= _MANY else ""


def _meaning(kind: inspect.Type) -> str:
    """What a key is for, as declared beside it."""
    if isinstance(kind, inspect.Metadata):
        return str((kind.extra_json_schema or {}).get("description", "")) or _meaning(kind.type)
    return ""
