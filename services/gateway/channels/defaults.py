"""What does a channel say to what it does not have? A base for adapters: no handshake, no files, no receipts."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.channels import (
    Acknowledgement,
    Capabilities,
    HttpAnswer,
    HttpCall,
    MediaLink,
    NotAuthentic,
    Probe,
    RawRequest,
)
from services.gateway.domain.account import ChannelAccount
from shared.errors import UsherError
from shared.messages.conversation import MessageSent


def numbered_text(limit: int) -> Capabilities:
    """The capabilities of a channel of plain text: at most `limit` UTF-16 units, choices by number."""
    return Capabilities(
        text=limit,
        button_text=0,
        buttons=0,
        button_title=0,
        list_text=0,
        rows=0,
        row_title=0,
        row_description=0,
        caption=0,
        numbered=True,
    )


class Plain:
    """Members of `Channel` for a channel that has nothing of the kind; override what yours has."""

    def challenge(self, query: Mapping[str, str], account: ChannelAccount | None) -> str:
        """There is no handshake: raises `NotAuthentic`."""
        raise NotAuthentic("This channel has no handshake.")

    def acknowledge(self, request: RawRequest) -> Acknowledgement:
        """An empty 200."""
        return Acknowledgement()

    def upload(self, message: MessageSent, account: ChannelAccount) -> HttpCall | None:
        """No file goes up beforehand."""
        return None

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """No file goes up beforehand."""
        return None

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """No read receipts, no typing."""
        return None

    def locate(self, media_id: str, account: ChannelAccount) -> HttpCall | MediaLink:
        """No files come: raises `UsherError`."""
        raise UsherError("This channel has no files.")

    def located(self, answer: HttpAnswer, account: ChannelAccount) -> MediaLink | None:
        """No file needs to be asked for."""
        return None

    def trusts(self, url: str) -> bool:
        """Nothing is downloaded."""
        return False

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """There is nobody to ask."""
        return ()

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        """The owner tells the provider our URL by hand."""
        return ()
