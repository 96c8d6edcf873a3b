"""Entries of the quarantine as messages again, with what was mended in them."""

from __future__ import annotations

from dataclasses import replace

import structlog

from core import wire
from core.batch import BatchName
from core.errors import Fatal, Retryable, Undecodable
from core.ports import Quarantined
from core.replaying import ROWS, Held
from core.site import Site
from ingest.arrival import Arrival, Reported
from ingest.mending import mended
from ingest.sort import Lot, Sorter

log = structlog.get_logger(__name__)

_BOOT = "replay"
"""Stands for the boot of an entry here: one batch may have entries of several reasons."""


def read_held(held: Held, site: Site, sorter: Sorter) -> Lot:
    """The entry as messages; one that breaks its reader stays, and says so."""
    try:
        lot = _rows(held, site) if held.reason in ROWS else _message(held, sorter)
    except (Retryable, Fatal):
        raise
    except Undecodable as error:
        lot = Lot(refused=[_still(held, error.reason, str(error))])
    except Exception as error:
        # Asked for again at every start, it must not end ingest each time.
        log.exception("an entry of the quarantine cannot be read", entry=held.id)
        lot = Lot(refused=[_still(held, held.reason, str(error))])
    for nth, one in enumerate(lot.reported):
        name = BatchName(one.gateway, f"{_BOOT}-{held.id}", nth + 1)
        lot.reported[nth] = replace(one, name=name, backfill=True, received=held.received)
    return lot


def _message(held: Held, sorter: Sorter) -> Lot:
    arrival = Arrival(
        topic=held.topic, payload=held.payload, retain=True, received=held.received,
        ack=lambda: None,
    )  # fmt: skip
    return sorter.sort([arrival])


def _rows(held: Held, site: Site) -> Lot:
    message = wire.decode(held.payload, wire.BatchMessage)
    table, rows = mended(
        tuple((point.id, point.unit) for point in message.points), wire.batch_columns(message),
        held.mends, site,
    )  # fmt: skip
    return Lot(
        reported=[
            Reported(
                gateway=held.gateway, name=held.name, topic=held.topic, table=table, rows=rows,
                received=held.received,
            )
        ]
    )  # fmt: skip


def _still(held: Held, reason: str, detail: str) -> Quarantined:
    return Quarantined(
        gateway=held.gateway, topic=held.topic, payload=b"", reason=reason, detail=detail,
        readings=0, received=held.received,
    )  # fmt: skip
