"""Topic patterns: what they subscribe to, what they match, what cannot be one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.patterns import topic_pattern


def test_a_pattern_names_the_parts_of_a_topic() -> None:
    pattern = topic_pattern("v3/{application}@{tenant}/devices/{device}/up")
    assert pattern.filter == "v3/+/devices/+/up"
    assert pattern.match("v3/hall@ttn/devices/a.b-1/up") == {
        "application": "hall", "tenant": "ttn", "device": "a.b-1",
    }  # fmt: skip
    assert pattern.match("v3/hall/devices/a/up") is None
    assert pattern.match("v3/hall@ttn/devices/a/b/up") is None


def test_the_rest_of_a_topic_is_a_part() -> None:
    pattern = topic_pattern("homie/5/{device}/{path*}")
    assert pattern.filter == "homie/5/+/#"
    assert pattern.match("homie/5/boiler/meter/energy") == {
        "device": "boiler", "path": "meter/energy",
    }  # fmt: skip
    assert pattern.match("homie/5/boiler") is None


@pytest.mark.parametrize(
    "text",
    ["", "/a", "plantroom/v1/{device}", "$SYS/{device}", "{device}/up", "a/+/{device}", "a/#",
     "a/{device}/{device}", "a/{path*}/b", "a/{Device}", "a/{device", "a/x{path*}"],
)  # fmt: skip
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match=r"word|once"):
        topic_pattern(text)


@given(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1))
def test_any_device_name_is_found_whole(name: str) -> None:
    assert topic_pattern("tele/{device}/SENSOR").match(f"tele/{name}/SENSOR") == {"device": name}
