"""The servers of the other tests really start, and can be killed and started again."""

from __future__ import annotations

import sqlalchemy

from tests import servers


def test_mosquitto_starts_again_after_a_kill(mosquitto: servers.Server) -> None:
    mosquitto.kill()
    assert not servers.listening(mosquitto.port)
    mosquitto.start()
    assert servers.listening(mosquitto.port)


def test_influx1_answers(influx1: servers.Influx) -> None:
    assert servers.answers(influx1.url + "/ping")


def test_influx2_answers(influx2: servers.Influx) -> None:
    assert servers.answers(influx2.url + "/health")


def test_postgres_answers(postgres_url: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select 1")).scalar() == 1
    engine.dispose()
