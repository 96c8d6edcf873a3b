"""The maintenance system that the settings name."""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.cmms.atlas import Atlas
from adapters.cmms.glpi import Glpi
from adapters.cmms_settings import CmmsSettings
from core.cmms import Cmms
from core.errors import Misconfigured, Mistake

_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def open_cmms(settings: CmmsSettings) -> Cmms | None:
    """The one that is set, not yet spoken to; None where none is.

    Raises:
        Misconfigured: Something is missing, or the secret would cross a network unencrypted.
    """
    if not settings.cmms:
        return None
    secret = settings.cmms_secret.get_secret_value()
    mistakes = []
    parts = urlsplit(settings.cmms_url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not safe or not parts.hostname:
        mistakes.append(_wrong("CMMS_URL", "https:// and a host, as the secret goes there"))
    if not secret:
        mistakes.append(_wrong("CMMS_SECRET", "a user token or a password"))
    if settings.cmms == "atlas" and not settings.cmms_user:
        mistakes.append(_wrong("CMMS_USER", "the mail address of our account"))
    if mistakes:
        raise Misconfigured(mistakes)
    if settings.cmms == "glpi":
        return Glpi(settings.cmms_url, secret, settings.cmms_app_token.get_secret_value())
    return Atlas(settings.cmms_url, settings.cmms_user, secret)


def _wrong(name: str, expected: str) -> Mistake:
    return Mistake(file="", line=0, what=f"PLANTROOM_{name} cannot stand", expected=expected)
