"""``plantroom edge read | scan | check | template``: devices on buses, looked at by a person."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live

from adapters.settings import load_settings
from adapters.sites.templates import load_file
from core.clock import SystemClock
from core.errors import Misconfigured
from edge.cycle import cycles_of
from edge.reading import Watch
from edge.scanning import Found, draft
from edge.scanning import scan as scan_bus
from plantroom.fieldbuses import (
    addresses_of,
    as_rows,
    bus_of,
    drawn,
    fieldbus_gateways,
    find_device,
    site_here,
)
from plantroom.logs import configure
from plantroom.output import AWAY, as_json, err, out, speaks, table

template = typer.Typer(no_args_is_help=True, help="Device templates.")
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@speaks
def read(
    device: Annotated[str, typer.Argument(help="Its word in the site file, or gateway/device.")],
    *,
    every: Annotated[
        float | None, typer.Option(min=0.1, help="Again and again, until Ctrl-C. [s]")
    ] = None,
    json_: Json = False,
) -> None:
    """Show every value that a device offers: number, unit, plausibility and age.

    Asks the device itself, beside the agent. Exit 3 where it does not answer.
    """
    configure("warning")
    site, clock = site_here(load_settings()), SystemClock()
    gateway, bus, found = find_device(site, device)
    name = f"{found.template.make} {found.template.model}"
    title = f"{gateway}/{found.id}: {name}, {found.address} on {found.bus}"
    watch = Watch(site, bus, found, clock)
    try:
        if json_:
            looks = watch.read()
            values = as_rows(looks, clock.now())
            as_json(
                {"device": found.id, "gateway": gateway, "error": watch.error, "values": values}
            )
        elif every is None:
            looks = watch.read()
            out.print(drawn(looks, clock.now(), title))
        else:
            _repeat(watch, every, title)
        if watch.error is not None:
            err.print(watch.error, style="red", markup=False)
            raise typer.Exit(AWAY)
    finally:
        watch.close()


def _repeat(watch: Watch, every: float, title: str) -> None:
    clock = SystemClock()
    try:
        with Live(console=out, auto_refresh=False) as live:
            while True:
                looks = watch.read()
                said = f"{title}\n{watch.error}" if watch.error else title
                live.update(drawn(looks, clock.now(), said), refresh=True)
                time.sleep(every)
    except KeyboardInterrupt:
        watch.error = None  # the person has seen it


@speaks
def check(*, json_: Json = False) -> None:
    """Compute what every bus's polls take of its time, and refuse periods it cannot keep.

    From the bytes of the frames at the line's speed; for Ethernet an estimate. Exit 2 where
    a bus cannot keep its periods.
    """
    site = site_here(load_settings())
    cycles = [cycle for gateway in fieldbus_gateways(site) for cycle in cycles_of(site, gateway)]
    if json_:
        as_json([
            {"gateway": c.gateway, "bus": c.bus, "devices": c.devices, "round_s": c.round_s,
             "load": c.load, "slowest": c.slowest, "slowest_s": c.slowest_s,
             "mistakes": [str(m) for m in c.mistakes()]} for c in cycles
        ])  # fmt: skip
    else:
        table(
            ("gateway", "bus", "devices", "one round", "load", "slowest device", "its poll"),
            [(c.gateway, c.bus, c.devices, f"{c.round_s:.2f} s", f"{100 * c.load:.0f} %",
              c.slowest, f"{c.slowest_s:.2f} s") for c in cycles],
            empty=f"The site '{site.id}' has no devices on buses.",
        )  # fmt: skip
    mistakes = [mistake for cycle in cycles for mistake in cycle.mistakes()]
    if mistakes:
        raise Misconfigured(mistakes)


@speaks
def scan(
    *,
    protocol: Annotated[str, typer.Option(help="What is spoken on the bus.")] = "modbus",
    tcp: Annotated[str | None, typer.Option(help="host:port.")] = None,
    serial: Annotated[str | None, typer.Option(help="Serial port, such as /dev/ttyS0.")] = None,
    udp: Annotated[str | None, typer.Option(help="Own address/prefix:port.")] = None,
    bbmd: Annotated[
        str | None, typer.Option(help="host:port of a BACnet BBMD that passes broadcasts on.")
    ] = None,
    baud: Annotated[int, typer.Option(help="Of the serial line. [bit/s]")] = 9600,
    parity: Annotated[str, typer.Option(help="Of the serial line: N, E or O.")] = "E",
    rtu: Annotated[bool, typer.Option("--rtu", help="TCP carries a serial line.")] = False,
    addresses: Annotated[
        str, typer.Option(help="Which to ask, such as 1-20,33; all without.")
    ] = "",
    to: Annotated[Path | None, typer.Option(help="File for the draft.")] = None,
) -> None:
    """Look for devices on a bus, and draft the site file of those that answer. Only reads.

    Stop the agent first where the bus is a serial line: one at a time can have it.
    """
    configure("warning")
    bus = bus_of(protocol, tcp, udp, serial, baud, parity, rtu=rtu, bbmd=bbmd)
    found: list[Found] = []
    for device in scan_bus(bus, addresses_of(addresses)):
        found.append(device)
        fits = device.templates[0] if device.templates else "no template fits"
        err.print(
            f"{device.address}: {device.says or 'says nothing of itself'}; {fits}", markup=False
        )
    if not found:
        err.print("Nobody answered.")
        raise typer.Exit(AWAY)
    text = draft(bus, found)
    if to is None:
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        to.write_text(text, encoding="utf-8")
        out.print(f"wrote {to}")


@template.command("check")
@speaks
def check_template(
    file: Annotated[Path, typer.Argument(help="The template, a YAML file.")],
) -> None:
    """Say everything that is wrong with a device template, with its line. Exit 2 if anything is."""
    keys = load_file(file)
    out.print(
        f"No mistake found: {keys.make} {keys.model}, {len(keys.values)} values.",
        markup=False,
    )
