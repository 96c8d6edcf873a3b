"""What a property holds, from its tags: numbers, texts and bits, whatever the maker's types are.

The library decodes by the class of the object, and knows none of a maker's own; the tags
themselves say what is in them (ANSI/ASHRAE 135-2020, clause 20.2).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from bacpypes3.constructeddata import Any
from bacpypes3.primitivedata import Tag, TagClass, TagNumber

from adapters.sites.bacnetwords import ObjectId

Decoded = float | str | tuple[bool, ...] | ObjectId | None
"""A number, a text, bits or an object; None for *null* and for what is none of these."""
_TEXTS = {0: "utf-8", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
_INSTANCE_BITS = 22


def decoded(content: Any) -> list[Decoded]:
    """All values of a property, in their order; one but for arrays and lists."""
    tags = content.tagList.tagList if content.tagList is not None else []
    return [_value(tag) for tag in tags if tag.tag_class == TagClass.application]


def first(values: Sequence[Decoded]) -> Decoded:
    """The one value of a property that is no array."""
    return values[0] if values else None


def _value(tag: Tag) -> Decoded:
    try:
        return _content(tag, bytes(tag.tag_data))
    except (struct.error, IndexError):
        return None  # shorter than its type is


def _content(tag: Tag, data: bytes) -> Decoded:
    match tag.tag_number:
        case TagNumber.boolean:
            return float(tag.tag_lvt)
        case TagNumber.unsigned | TagNumber.enumerated:
            return float(int.from_bytes(data, "big"))
        case TagNumber.integer:
            return float(int.from_bytes(data, "big", signed=True))
        case TagNumber.real:
            return float(struct.unpack(">f", data)[0])
        case TagNumber.double:
            return float(struct.unpack(">d", data)[0])
        case TagNumber.characterString:
            return data[1:].decode(_TEXTS.get(data[0], "latin-1"), "replace") if data else ""
        case TagNumber.bitString:
            return _bits(data)
        case TagNumber.objectIdentifier:
            number = int.from_bytes(data, "big")
            return ObjectId(number >> _INSTANCE_BITS, number & ((1 << _INSTANCE_BITS) - 1))
        case _:
            return None


def _bits(data: bytes) -> tuple[bool, ...]:
    unused, body = data[0], data[1:]
    bits = [bool(byte >> (7 - i) & 1) for byte in body for i in range(8)]
    return tuple(bits[: len(bits) - unused])
