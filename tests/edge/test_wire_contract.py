"""docs/wire-contract.md says what the code does: its examples, topics, fields, limits, reasons."""

from __future__ import annotations

import re

import msgspec
import pytest

from adapters.settings import Settings
from core import topics, wire
from core.batch import BatchName
from core.errors import Undecodable
from edge.limits import Limits
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "wire-contract.md").read_text(encoding="utf-8")
EXAMPLES: list[tuple[str, str]] = re.findall(r"```json (\w+)\n(.*?)```", TEXT, re.DOTALL)
KINDS: dict[str, type[msgspec.Struct]] = {
    "batch": wire.BatchMessage,
    "value": wire.ValueMessage,
    "state": wire.StateMessage,
    "health": wire.HealthMessage,
    "confirm": wire.ConfirmMessage,
}
REASONS = (
    "not_json", "schema", "version", "columns", "too_large", "topic", "unknown_point", "identity",
    "unit", "time", "domain", "store", "rate", "lost_by_policy",
    "not_protobuf", "unmapped", "before_birth", "lost_unconfirmed",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_each_example_is_valid(kind: str, text: str) -> None:
    message = msgspec.json.decode(text.encode(), type=KINDS[kind])
    if isinstance(message, wire.BatchMessage):
        assert len(wire.batch_columns(message)) == len(message.p)
        assert wire.decode(text.encode(), wire.BatchMessage) == message
    if isinstance(message, wire.ConfirmMessage):
        assert wire.confirmed(message)


def test_each_message_has_an_example() -> None:
    assert {kind for kind, _ in EXAMPLES} == set(KINDS)


def test_each_field_is_explained_or_shown() -> None:
    shown = " ".join(text for _, text in EXAMPLES)
    structs: list[type[msgspec.Struct]] = [
        *KINDS.values(), wire.DeviceHealth, wire.SettledMessage, wire.ConfigHealth,
    ]  # fmt: skip
    for struct in structs:
        for field in msgspec.structs.fields(struct):
            assert f'"{field.name}"' in shown, field.name
    for field in msgspec.structs.fields(wire.BatchMessage):
        assert f"| `{field.name}` |" in TEXT


def test_the_topics_are_those_of_the_code() -> None:
    name = BatchName("gw", "boot", 1)
    made = {
        topics.batch_topic("site", name), topics.value_topic("site", "gw", "point"),
        topics.state_topic("site", "gw"), topics.health_topic("site", "gw"),
        topics.confirm_topic("site", "gw"),
    }  # fmt: skip
    written = {
        topic.format(site="site", gateway="gw", boot="boot", seq=1, point="point")
        for topic in re.findall(r"^\| `(plantroom/[^`]+)`", TEXT, re.MULTILINE)
    }
    assert written == made
    assert all(topics.parse(topic) for topic in written)


def test_the_limits_are_those_of_the_code() -> None:
    limits = Limits()
    for number in (
        f"{wire.MAX_PAYLOAD_BYTES:,} bytes", f"{wire.MAX_ROWS:,}", f"a window ({limits.window})",
        f"{limits.resend_s:.0f} s, doubling to {limits.resend_cap_s:.0f} s",
        f"full ({limits.max_bytes // 2**20} MiB)", f"({limits.max_age_s / 86400:.0f} days)",
        f"for a day or {limits.keep_bytes // 2**20} MiB",
    ):  # fmt: skip
        assert number in TEXT, number
    assert limits.keep_s == 86_400
    usual = Settings(_env_file=None)  # type: ignore[call-arg]
    assert (usual.window, usual.outbox_bytes) == (limits.window, limits.max_bytes)
    assert usual.outbox_age_s == limits.max_age_s
    assert limits.reserve * 4 == limits.window


def test_each_reason_is_explained() -> None:
    written = re.findall(
        r"^\| `(\w+)` \| .* \| (?:yes|those rows|the notice) \|$", TEXT, re.MULTILINE
    )
    assert tuple(written) == REASONS


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\x00", "not_json"),
        (b'{"v":1,"sent_at":1,"x":[NaN]}', "not_json"),
        (b'{"v":2,"sent_at":1}', "version"),
        (b'{"v":1,"sent_at":"now"}', "schema"),
        (b'{"v":1,"sent_at":1,"colour":"red"}', "schema"),
        (b" " * (wire.MAX_PAYLOAD_BYTES + 1), "too_large"),
    ],
)
def test_the_codec_gives_the_reasons_as_written(payload: bytes, reason: str) -> None:
    with pytest.raises(Undecodable) as refused:
        wire.decode(payload, wire.BatchMessage)
    assert refused.value.reason == reason
