"""One InfluxDB of each version for all store tests: version 1.8 takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import servers


@pytest.fixture(scope="session")
def influx1_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    """An influxd 1.8.10; make a database or a site id of your own in it."""
    influx = servers.make_influx1(tmp_path_factory.mktemp("influx1"))
    yield influx
    influx.server.stop()


@pytest.fixture(scope="session")
def influx2_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Influx]:
    """An influxd 2.7.12; make a bucket or a site id of your own in it."""
    influx = servers.make_influx2(tmp_path_factory.mktemp("influx2"))
    yield influx
    influx.server.stop()
