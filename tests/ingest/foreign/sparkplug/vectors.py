"""Payloads of another implementation, as it made them.

Recorded from esio-spb-builder 0.1.0 (MIT) in an environment of its own, with protobuf 7.36.2:
its packets for group Town, node Boilers, device pump, its clock stepped by a second from
2026-01-01 00:00 UTC. It leaves the sequence out of DDEATH, and wants numbers below zero given
as two's complement: Outdoor −5 as 32 bits and −12 as 16 bits, Tiny −128 as 8 bits.
"""

from __future__ import annotations

NDEATH = bytes.fromhex("12120a05626453657118e8d7eab6b73320045001")
NBIRTH = bytes.fromhex(
    "08d0dfeab6b73312120a05626453657118d0dfeab6b7332004500112210a0b4d657465722f546f74616c100118d0dfeab6b733200a699a99999965800641121a0a074f7574646f6f72100218d0dfeab6b733200250fbffffff0f12180a05436f756e74100318d0dfeab6b733200758ffffffff0f12140a0454696e79100418d0dfeab6b73320015080011800"
)
DBIRTH = bytes.fromhex(
    "08b8e7eab6b73312160a0752756e6e696e67100b18b8e7eab6b733200b700112290a05506f776572100c18b8e7eab6b73320094a100a075175616c6974791205080318c001650090bb4412170a054c6162656c100d18b8e7eab6b733200c7a03e6b3b51801"
)
NDATA = bytes.fromhex(
    "08a0efeab6b7331214100118a0efeab6b733200a699a99999969800641120f100218a0efeab6b733200250f4ff031802"
)
DDATA = bytes.fromhex(
    "0888f7eab6b733120d100b1888f7eab6b733200b70001210100c1888f7eab6b7332009650000803e1803"
)
DDEATH = bytes.fromhex("08f0feeab6b733")
