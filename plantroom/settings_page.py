"""The page of the documentation that lists every setting, made from the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from adapters.cmms_settings import CmmsSettings
from adapters.notify_settings import NotifySettings
from adapters.settings import PREFIX, Settings

_HEAD = """# Settings

Every setting is a variable of the environment, or a line of a file `.env` in the working folder. An
empty value counts as not set. Where `PLANTROOM_SECRETS` names a folder, a file in it that is named
as a variable holds its value, as container platforms mount secrets. `plantroom docs` makes this
page.

"""
_MESSAGES = """
## Messages to people

How each is used is in [notification.md](notification.md).

"""
_CMMS = """
## A maintenance system of somebody else

What goes there and comes back is in [cmms.md](cmms.md).

"""
_COLUMNS = """| variable | without it | what it is |
|---|---|---|
"""
_TAIL = """
Two secrets stand beside the settings, in the environment alone, and only the commands that need
them read them:

| variable | what it is |
|---|---|
| `{prefix}INFLUX_TOKEN` | token of InfluxDB 2, or `user:password` of 1, for `{prefix}STORE` |
| `{prefix}GRAFANA_TOKEN` | token of a service account, for `plantroom dashboards push` |

A setting that cannot stand is named with what was expected, before anything starts; its value is
not shown, since it may be a password.
"""


def settings_page() -> str:
    """The whole page."""
    messages, cmms = NotifySettings.model_fields, CmmsSettings.model_fields
    own = {k: v for k, v in Settings.model_fields.items() if k not in {*messages, *cmms}}
    parts = [_HEAD, _table(own), _MESSAGES, _table(messages), _CMMS, _table(cmms)]
    return "".join(parts) + _TAIL.format(prefix=PREFIX)


def _table(fields: Mapping[str, FieldInfo]) -> str:
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in fields.items()
    ]
    return _COLUMNS + "".join(rows)


def _default(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in ("", None, ()) or value is PydanticUndefined:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"`{value.as_posix() if isinstance(value, Path) else value}`"
