"""MQTT: a session over paho, and a broker in process (:mod:`adapters.mqtt.embedded`)."""

from adapters.mqtt.session import Session

__all__ = ["Session"]
