"""Logs: JSON lines to standard error, or nothing but what needs somebody beside a story."""

from __future__ import annotations

import logging
import sys

import structlog

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(level: str) -> None:
    """Send the logs of all parts to standard error from a level on."""
    least = _LEVELS[level]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=least, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    # The broker in process logs every connection as a warning of its own.
    logging.getLogger("amqtt").setLevel(max(least, logging.ERROR))
    logging.getLogger("transitions").setLevel(max(least, logging.ERROR))
