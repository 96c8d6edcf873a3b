"""Places on a network, as site files write them."""

from __future__ import annotations


def host_and_port(written: str) -> tuple[str, int]:
    """Host and port of ``host:port`` or ``[IPv6]:port``; the site was checked."""
    host, _, port = written.rpartition(":")
    return host.strip("[]"), int(port)
