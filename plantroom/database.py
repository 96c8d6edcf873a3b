"""The records database that the settings name, for commands that need nothing else."""

from __future__ import annotations

from adapters.records import Records
from adapters.settings import load_settings


def opened_records() -> Records:
    """The records, their tables brought to this version.

    Raises:
        Misconfigured: The settings have mistakes.
        Retryable: The database is away or locked.
    """
    records = Records(load_settings().records_url)
    records.upgrade()
    return records
