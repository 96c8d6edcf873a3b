"""An authority that Chromium trusts: put into the database of certificates of one home folder.

Run as a program, since NSS keeps the state of one process: ``python nss.py HOME AUTHORITY.pem``.
Chromium checks certificates against this as it does against a campus's own authority that an
administrator has put on a machine; nothing of its checks is switched off.
"""

from __future__ import annotations

import ctypes
import ssl
import subprocess
import sys
from pathlib import Path

TRUSTED_CA = 1 << 3 | 1 << 4
"""``CERTDB_VALID_CA | CERTDB_TRUSTED_CA`` of NSS's certdb.h: may sign for servers."""


class _Item(ctypes.Structure):
    """``SECItem``."""

    _fields_ = (
        ("type", ctypes.c_uint), ("data", ctypes.c_char_p), ("len", ctypes.c_uint),
    )  # fmt: skip


class _Trust(ctypes.Structure):
    """``CERTCertTrust``."""

    _fields_ = (
        ("ssl", ctypes.c_uint), ("mail", ctypes.c_uint), ("code", ctypes.c_uint),
    )  # fmt: skip


def trust(home: Path, authority: Path) -> None:
    """Let a Chromium whose home folder this is trust an authority."""
    command = [sys.executable, __file__, str(home), str(authority)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def _put(home: Path, authority: Path) -> None:
    folder = home / ".pki" / "nssdb"
    folder.mkdir(parents=True)
    nss = ctypes.CDLL("libnss3.so")
    for name in ("PK11_GetInternalKeySlot", "CERT_GetDefaultCertDB", "CERT_NewTempCertificate"):
        getattr(nss, name).restype = ctypes.c_void_p
    _good(nss.NSS_InitReadWrite(f"sql:{folder}".encode()), "open")
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _good(nss.PK11_InitPin(slot, None, b""), "no password")
    known = ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    der = ssl.PEM_cert_to_DER_cert(authority.read_text())
    item = _Item(0, der, len(der))
    made = ctypes.c_void_p(nss.CERT_NewTempCertificate(known, ctypes.byref(item), None, 0, 1))
    _good(nss.PK11_ImportCert(slot, made, 0, b"authority", 0), "import")
    _good(nss.CERT_ChangeCertTrust(known, made, ctypes.byref(_Trust(TRUSTED_CA, 0, 0))), "trust")


def _good(status: int, what: str) -> None:
    if status != 0:
        sys.exit(f"NSS: {what} failed")


if __name__ == "__main__":
    _put(Path(sys.argv[1]), Path(sys.argv[2]))
