"""Settings of messages: servers, robots and telephones. All that holds a secret is one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

_Secrets = Annotated[tuple[SecretStr, ...], NoDecode]


class NotifySettings(BaseSettings):
    """How people are reached here; their own addresses are theirs to set, in the console."""

    notify: _Secrets = Field(
        default=(), description="apprise addresses that get every message, separated by spaces"
    )
    notify_robots: _Secrets = Field(
        default=(),
        description="robots of groups that get every message, separated by spaces: wecom:ADDRESS, "
        "dingtalk:ADDRESS#SECRET, feishu:ADDRESS#SECRET",
    )
    notify_webhooks: _Secrets = Field(
        default=(),
        description="signed web hooks that get every message, separated by spaces: "
        "https://host/path#SECRET",
    )
    notify_language: Literal["en", "zh_Hans"] = Field(
        default="en", description="language of robots, web hooks and apprise addresses"
    )
    notify_mail: SecretStr = Field(
        default=SecretStr(""),
        description="mail server in apprise's form, such as "
        "mailtos://USER:PASSWORD@smtp.example?from=plantroom@example; people add their address",
    )
    notify_ntfy: SecretStr = Field(
        default=SecretStr(""),
        description="ntfy server in apprise's form, such as ntfys://TOKEN@ntfy.example; people "
        "add their topic",
    )
    notify_wecom: SecretStr = Field(
        default=SecretStr(""),
        description="app of WeCom, https://CORPORATION:SECRET@qyapi.weixin.qq.com/AGENT; people "
        "add their user id",
    )
    notify_dingtalk: SecretStr = Field(
        default=SecretStr(""),
        description="app of DingTalk, https://KEY:SECRET@oapi.dingtalk.com/AGENT; people add "
        "their user id",
    )
    notify_feishu: SecretStr = Field(
        default=SecretStr(""),
        description="app of Feishu, https://ID:SECRET@open.feishu.cn/user_id; people add their id "
        "of the kind that stands last",
    )
    notify_telephone: SecretStr = Field(
        default=SecretStr(""),
        description="address that rings a telephone; a P1 rings those who have a number",
    )
    notify_telephone_form: str = Field(
        default='{"to": "{number}", "text": "{text}", "key": "{key}"}',
        description="what is posted to it: JSON where it begins with a brace, else a form",
    )
    notify_telephone_key: SecretStr = Field(
        default=SecretStr(""),
        description="signs {answer} in that form: the address that the service posts to when a "
        "key was pressed, which acknowledges the order",
    )
    notify_telephone_token: SecretStr = Field(
        default=SecretStr(""), description="its bearer token, where it wants one"
    )
    notify_telephone_says: str = Field(
        default="",
        description="what its answer must contain to be a ring; any answer of 2xx where empty",
    )
    notify_modem: Path | None = Field(
        default=None,
        description="serial device of a GSM modem that rings and sends short messages; tried "
        "after the telephone",
    )

    @field_validator("notify", "notify_robots", "notify_webhooks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value
