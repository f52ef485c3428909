"""Messenger: what differs from Instagram (developers.facebook.com/docs/messenger-platform, read November 2026).

`account_id` is the page's id, a person's id is scoped to the page. What we send says our id (`metadata`), and its echo
says it again: so a lost answer is found out, and an echo without it was written by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

from services.gateway.channels import Capabilities, Channel
from services.gateway.channels.meta import MetaChannel, installation
from services.gateway.channels.meta_payloads import Reader
from services.gateway.channels.meta_render import Look
from services.gateway.channels.text import units
from shared.settings import Settings

CAPABILITIES: Final = Capabilities(
    text=2000,
    button_text=640,
    buttons=3,
    button_title=20,
    list_text=2000,
    rows=13,
    row_title=20,
    row_description=0,
    caption=0,
    kinds=frozenset({"text", "link", "document", "image", "template"}),
    echoes=True,
    window_hours=24.0,
    per_second=100.0,  # documented are 300 calls a second with text, 10 with audio or video
)


@dataclass(frozen=True)
class Messenger(MetaChannel):
    """The adapter; everything it does is in `MetaChannel`."""

    name: ClassVar[str] = "messenger"
    look: ClassVar[Look] = Look(CAPABILITIES, units, documents=None, tracks=True, tags=True)
    reader: ClassVar[Reader] = Reader("page", tracks=True)
    account_field: ClassVar[str] = "id"
    subscribed: ClassVar[tuple[str, ...]] = (
        "messages",
        "messaging_postbacks",
        "message_echoes",
        "message_deliveries",
        "message_reads",
        "message_reactions",
        "messaging_optins",
        "messaging_referrals",
        "messaging_policy_enforcement",
        "messaging_handovers",
        "standby",
    )

    @classmethod
    def from_settings(cls, settings: Settings) -> Messenger:
        """The installation's Meta app secret serves accounts that bring none; with neither, nothing verifies."""
        return cls(*installation(settings))


create: Callable[[Settings], Channel] = Messenger.from_settings
