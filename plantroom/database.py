"""The records database that settings name, its tables brought to this version."""

from __future__ import annotations

from adapters.records import Records
from adapters.settings import Settings


def opened_records(settings: Settings) -> Records:
    """The records, ready to use; data stays.

    Raises:
        Retryable: The database is away or locked.
        Fatal: Its file is broken.
    """
    records = Records(settings.records_url)
    records.upgrade()
    return records
