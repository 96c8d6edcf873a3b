"""The messages of Sparkplug B as protobuf knows them, from the specification's field numbers.

Built when it is imported, in a pool of its own: no generated code that only one version of
protobuf loads, and no compiler to install. What readings do not need (templates, data sets,
file metadata) is not declared; protobuf passes over fields it does not know.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "plantroom.sparkplug"
_Field = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "uint32": _Field.TYPE_UINT32,
    "uint64": _Field.TYPE_UINT64,
    "float": _Field.TYPE_FLOAT,
    "double": _Field.TYPE_DOUBLE,
    "bool": _Field.TYPE_BOOL,
    # As bytes: a name that is not UTF-8 is then refused where it is read, not in protobuf.
    "string": _Field.TYPE_BYTES,
    "bytes": _Field.TYPE_BYTES,
}

_VALUE = "value"  # the oneof
FIELDS: dict[str, tuple[tuple[int, str, str, str], ...]] = {
    # message: (number, name, type, where it stands: "" once, "many", or in the oneof)
    "PropertyValue": (
        (1, "type", "uint32", ""),
        (2, "is_null", "bool", ""),
        (3, "int_value", "uint32", _VALUE),
        (4, "long_value", "uint64", _VALUE),
        (5, "float_value", "float", _VALUE),
        (6, "double_value", "double", _VALUE),
        (7, "boolean_value", "bool", _VALUE),
        (8, "string_value", "string", _VALUE),
    ),
    "PropertySet": (
        (1, "keys", "string", "many"),
        (2, "values", "PropertyValue", "many"),
    ),
    "Metric": (
        (1, "name", "string", ""),
        (2, "alias", "uint64", ""),
        (3, "timestamp", "uint64", ""),
        (4, "datatype", "uint32", ""),
        (5, "is_historical", "bool", ""),
        (6, "is_transient", "bool", ""),
        (7, "is_null", "bool", ""),
        (9, "properties", "PropertySet", ""),
        (10, "int_value", "uint32", _VALUE),
        (11, "long_value", "uint64", _VALUE),
        (12, "float_value", "float", _VALUE),
        (13, "double_value", "double", _VALUE),
        (14, "boolean_value", "bool", _VALUE),
        (15, "string_value", "string", _VALUE),
        (16, "bytes_value", "bytes", _VALUE),
    ),
    "Payload": (
        (1, "timestamp", "uint64", ""),
        (2, "metrics", "Metric", "many"),
        (3, "seq", "uint64", ""),
        (4, "uuid", "string", ""),
        (5, "body", "bytes", ""),
    ),
}
"""Sparkplug 3.0.0, chapter 6.4, Sparkplug B payload definition."""


class DataType(IntEnum):
    """Codes of basic types, as metrics declare them (Sparkplug 3.0.0, chapter 6.4.16)."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14


def _build() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="plantroom/sparkplug.proto", package=_PACKAGE, syntax="proto2"
    )
    for word, fields in FIELDS.items():
        message = file.message_type.add(name=word)
        if any(place == _VALUE for *_, place in fields):
            message.oneof_decl.add(name=_VALUE)
        for number, name, kind, place in fields:
            field = message.field.add(name=name, number=number)
            field.label = _Field.LABEL_REPEATED if place == "many" else _Field.LABEL_OPTIONAL
            if kind in FIELDS:
                field.type, field.type_name = _Field.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
            else:
                field.type = _TYPES[kind]
            if place == _VALUE:
                field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName(f"{_PACKAGE}.Payload")
    return message_factory.GetMessageClass(descriptor)


PayloadMessage: Any = _build()
"""The class of a payload's message."""
