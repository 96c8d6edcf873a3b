"""A BACnet router: IP on one side, a line with simulated devices on the other."""

from __future__ import annotations

import asyncio
import socket
from itertools import count

from bacpypes3.app import Application
from bacpypes3.basetypes import IPMode
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import IPv4Address
from bacpypes3.vlan import VirtualNetwork

from simulators.devices.bacnet_application import Load

VENDOR = 999  # reserved for tests and demonstrations by the list of vendors
_OWN_MAC = 1
_IP_NETWORK = 1
_lines = count(1)


class BacnetRouter:
    """Passes on what is meant for its line, and broadcasts of foreign devices registered with it.

    The line is one in memory: it has no speed, and shows addresses and routes alone.

    Args:
        instance: Of its device object.
        network: Number of its line.
        host: Own address.
    """

    def __init__(self, instance: int, network: int, *, host: str = "127.0.0.1") -> None:
        self.instance, self.network = instance, network
        self.load = Load()
        """Of its line."""
        self._host, self._port = host, free_port(host)
        # The library keeps lines by name for as long as the program runs.
        self._line = f"line-{next(_lines)}"
        self._app: Application | None = None

    @property
    def endpoint(self) -> str:
        """``host:port``."""
        return f"{self._host}:{self._port}"

    async def open(self) -> None:
        """Begin to pass on, in the running event loop."""
        VirtualNetwork(self._line)
        port = NetworkPortObject(
            IPv4Address(f"{self._host}/32:{self._port}"), objectIdentifier=("network-port", 1),
            objectName="udp", networkNumber=_IP_NETWORK, networkNumberQuality="configured",
        )  # fmt: skip
        accept_foreign(port)
        device = DeviceObject(
            objectIdentifier=("device", self.instance), objectName=f"router-{self.instance}",
            vendorIdentifier=VENDOR,
        )  # fmt: skip
        self._app = Application.from_object_list([device, port, self.line_port(_OWN_MAC, 2)])
        await bound(self._app)

    def line_port(self, mac: int, instance: int = 1) -> NetworkPortObject:
        """The port of a device on the line."""
        return NetworkPortObject(
            objectIdentifier=("network-port", instance), objectName="line", macAddress=bytes([mac]),
            networkType="virtual", protocolLevel="bacnet-application",
            networkNumber=self.network, networkNumberQuality="configured",
            networkInterfaceName=self._line,
        )  # fmt: skip

    def close(self) -> None:
        """Release the port."""
        if self._app is not None:
            for layer in self._app.link_layers.values():
                if hasattr(layer, "server"):
                    layer.close()
        self._app = None


def accept_foreign(port: NetworkPortObject) -> None:
    """Make a port that of a BBMD, with which foreign devices may register."""
    port.bacnetIPMode = IPMode.bbmd
    port.bbmdAcceptFDRegistrations = True
    port.bbmdForeignDeviceTable = []
    port.bbmdBroadcastDistributionTable = []


async def bound(app: Application) -> None:
    """Until its sockets are open."""
    for layer in app.link_layers.values():
        if hasattr(layer, "server"):
            await asyncio.gather(*layer.server._transport_tasks)  # noqa: SLF001


def free_port(host: str) -> int:
    """A port that nobody has now: the library cannot tell which one it was given."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host.partition("/")[0], 0))
        return int(probe.getsockname()[1])
