"""Instagram: what differs from Messenger (…/documentation/business-messaging/instagram-messaging, read November 2026).

`account_id` is the Instagram professional account's id (17841…), reached with the token of the page it is linked to.
Text is counted in bytes; there is no tag for reminders, and nothing of ours is said back in an echo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from services.gateway.channels import Capabilities, Channel
from services.gateway.channels.meta import MetaChannel, installation
from services.gateway.channels.meta_payloads import Reader
from services.gateway.channels.meta_render import Look
from services.gateway.channels.text import utf8
from shared.settings import Settings

CAPABILITIES: Final = Capabilities(
    text=1000,  # bytes of UTF-8 (titles: characters)
    button_text=640,
    buttons=3,
    button_title=20,
    list_text=1000,
    rows=13,
    row_title=20,
    row_description=0,
    caption=0,
    kinds=frozenset({"text", "link", "document", "image"}),
    window_hours=24.0,
    per_second=50.0,  # documented are 100 calls a second with text, 10 with audio or video
)


@dataclass(frozen=True)
class Instagram(MetaChannel):
    """The adapter; everything it does is in `MetaChannel`. Documents other than PDF are named in words."""

    name: ClassVar[str] = "instagram"
    look: ClassVar[Look] = Look(
        CAPABILITIES, utf8, documents=frozenset({"application/pdf"}), tracks=False, tags=False
    )
    reader: ClassVar[Reader] = Reader("instagram", tracks=False)
    platform: ClassVar[str | None] = "instagram"
    account_field: ClassVar[str] = "instagram_business_account"
    subscribed: ClassVar[tuple[str, ...]] = ("messages",)  # any field of the page turns its Instagram on, too

    @classmethod
    def from_settings(cls, settings: Settings) -> Instagram:
        """The installation's Meta app secret serves accounts that bring none; with neither, nothing verifies."""
        return cls(*installation(settings))


create: Callable[[Settings], Channel] = Instagram.from_settings
