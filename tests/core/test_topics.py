"""Topics are read as strictly as they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import topics
from core.batch import BatchName


def test_what_is_built_is_read() -> None:
    name = BatchName("gw-a", "b1f3", 42)
    assert topics.parse(topics.batch_topic("wushan", name)) == topics.Address(
        "wushan", "gw-a", "batch", batch=name
    )
    value = topics.parse(topics.value_topic("wushan", "gw-a", "a.m.power"))
    assert value is not None
    assert value.point == "a.m.power"
    for build in (topics.state_topic, topics.health_topic, topics.confirm_topic):
        assert topics.parse(build("wushan", "gw-a")) is not None


@pytest.mark.parametrize(
    "topic",
    [
        "plantroom/v2/wushan/gw-a/state",
        "plantroom/v1/wushan/gw-a/batch/b1/0",
        "plantroom/v1/wushan/gw-a/batch/b1/-1",
        "plantroom/v1/wushan/gw-a/batch/b1/1/2",
        "plantroom/v1/wushan/gw-a/batch/b1/" + "9" * 30,
        "plantroom/v1/wushan/GW A/state",
        "plantroom/v1/wushan/gw-a",
        "homeassistant/sensor/x/config",
        "",
    ],
)
def test_other_topics_are_nobodys(topic: str) -> None:
    assert topics.parse(topic) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    topics.parse(text)
    topics.parse(f"plantroom/v1/{text}")
    topics.parse(f"plantroom/v1/s/g/batch/{text}")
