"""What a person may write as a store's URL, and what is said of the rest."""

from __future__ import annotations

import pytest

from adapters.store.address import DuckAddress, InfluxAddress, parse
from core.errors import Misconfigured


def test_a_file_and_a_store_in_memory() -> None:
    assert parse("duckdb:var/readings.duckdb") == DuckAddress(path="var/readings.duckdb")
    assert parse("duckdb::memory:") == DuckAddress(path=":memory:")


def test_an_influxdb_of_each_version() -> None:
    assert parse("influxdb://store:8087/plantroom?org=campus&version=2&tls=1") == InfluxAddress(
        base="https://store:8087", bucket="plantroom", org="campus", version=2
    )
    assert parse("influxdb://[::1]/plantroom/autogen?version=1") == InfluxAddress(
        base="http://[::1]:8086", bucket="plantroom/autogen", org="-", version=1
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:x", "begins with"),
        ("duckdb:", "begins with"),
        ("influxdb://h/b?org=o&token=secret", "would be logged"),
        ("influxdb://user:secret@h/b?org=o", "would be logged"),
        ("influxdb://h:99999/b?org=o", "port"),
        ("influxdb://h?org=o", "bucket is missing"),
        ("influxdb://h/b", "org is missing"),
        ("influxdb://h/b?org=o&version=3", "1 and 2"),
        ("influxdb://h/b?org=o&tls=yes", "tls=yes"),
        ("influxdb://h/b?org=o&bukket=x", "unknown setting 'bukket'"),
    ],
)
def test_each_mistake_is_told_without_the_secret(url: str, said: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse(url)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        parse("influxdb:///?version=7&tls=2&x=1")
    assert len(caught.value.mistakes) == 4
