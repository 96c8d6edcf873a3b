"""Settings of the maintenance system of somebody else that orders are also kept in."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class CmmsSettings(BaseSettings):
    """Which one, and who we are there."""

    cmms: Literal["", "glpi", "atlas"] = Field(
        default="", description="glpi or atlas: each order is also a ticket there"
    )
    cmms_url: str = Field(
        default="",
        description="where its interface begins: https://glpi.example/apirest.php, or the API of "
        "Atlas CMMS",
    )
    cmms_user: str = Field(default="", description="mail address of our account in Atlas CMMS")
    cmms_secret: SecretStr = Field(
        default=SecretStr(""),
        description="user token in GLPI, or password of our account in Atlas CMMS",
    )
    cmms_app_token: SecretStr = Field(
        default=SecretStr(""), description="application token of GLPI, where it asks for one"
    )
    cmms_priority: int = Field(
        default=4, ge=1, le=4, description="orders of this priority and more urgent ones go there"
    )
