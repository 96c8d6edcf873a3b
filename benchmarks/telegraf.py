"""Telegraf beside ingest: the peer that acknowledges after its output, set up as safely as it can.

``go install`` builds it with the tags ``custom inputs.mqtt_consumer outputs.influxdb_v2
parsers.json_v2``; it is looked for where the tests look for servers.
"""

from __future__ import annotations

from pathlib import Path

from tests.servers import CACHE, Influx

PROGRAM = CACHE / "telegraf-1.39.3"
BATCH = 5_000
"""Values in one write. Of batches it took 160,000 values a CPU-second at 1,000, 195,000 at 5,000,
and no more at 10,000 and 20,000; single values are the same at all of them."""
UNDELIVERED = 5_000
"""Messages it takes before the first is written: single values then fill a write."""

_CONF = """
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = {batch}
  metric_buffer_limit = 1000000
  omit_hostname = true
  quiet = true
[[outputs.influxdb_v2]]
  urls = ["{url}"]
  token = "{token}"
  organization = "{org}"
  bucket = "{bucket}"
  content_encoding = "identity"
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["{topics}/#"]
  topic_tag = ""
  qos = 1
  client_id = "telegraf"
  persistent_session = true
  max_undelivered_messages = {undelivered}
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "{measurement}"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "@this"
      timestamp_key = "at"
      timestamp_format = "unix_ms"
      tags = ["point"]
"""


def command(folder: Path, influx: Influx, port: int, topics: str, measurement: str) -> list[str]:
    """How to start it; its configuration is written into the folder."""
    conf = folder / "telegraf.conf"
    conf.write_text(
        _CONF.format(
            url=influx.url, token=influx.token, org=influx.org, bucket=influx.bucket, port=port,
            topics=topics, measurement=measurement, batch=BATCH, undelivered=UNDELIVERED,
        ),
        encoding="utf-8",
    )  # fmt: skip
    return [str(PROGRAM), "--config", str(conf)]
