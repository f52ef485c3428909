"""What happens between accounts and people? Windows, blocks, echoes, receipts: the emulator's inside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from devkit.messenger.config import Account, MessengerConfig
from devkit.messenger.errors import OUTSIDE, SendError
from devkit.messenger.faults import FaultBox
from devkit.messenger.state import Json, Person, Sent, Store, new_mid
from devkit.messenger.webhooks import Webhooks
from devkit.whatsapp.limits import window_is_open

TAGS: Final[Mapping[str, frozenset[str]]] = {
    "messenger": frozenset(
        {"CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE", "HUMAN_AGENT"}
    ),
    "instagram": frozenset({"HUMAN_AGENT"}),
}
"""Tags that pass the window."""


class Network:
    """Carries messages both ways. `clock` gives unix seconds."""

    def __init__(
        self,
        config: MessengerConfig,
        store: Store,
        webhooks: Webhooks,
        faults: FaultBox,
        clock: Callable[[], float],
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self._webhooks = webhooks
        self._faults = faults
        self.subscribed = {one.account_id: one.subscribed for one in config.accounts}

    # --- to people ------------------------------------------------------------------------------------

    def admit(self, account: Account, person: str, tag: str | None) -> Person:
        """Who is to get a message. Raises SendError: nobody known, blocked, a tag that is none here, a closed window."""
        known = self.store.people.get((account.account_id, person))
        if known is None:
            raise SendError(100, 2018001)
        if known.blocked:
            raise SendError(551) if account.platform == "messenger" else SendError(200, 1545041)
        if tag is not None and tag not in TAGS[account.platform]:
            raise SendError(
                100, None, f"Param tag must be one of {{{', '.join(sorted(TAGS[account.platform]))}}}"
            )
        is_open = window_is_open(known.last_wrote, self.clock(), self.config.window_hours)
        if tag is None and (not is_open or self._faults.current.close_windows):
            raise SendError(*OUTSIDE[account.platform])
        return known

    def send(
        self, account: Account, person: str, message: Json, tag: str | None
    ) -> tuple[str, asyncio.Event]:
        """Take an admitted message: its id, and what is set when its echo has been taken (at once when there is none)."""
        sent = Sent(new_mid(), account.account_id, person, message, tag, self.clock())
        self.store.sent.append(sent)
        reported = self._echo(account, sent)
        if account.platform == "messenger":
            receipt = {"mids": [sent.mid], "watermark": self._now()}
            self._tell(account, person, "message_deliveries", {"delivery": receipt})
        if self.config.auto_read:
            self.read(account, person)
        return sent.mid, reported

    def _echo(self, account: Account, sent: Sent) -> asyncio.Event:
        said = dict(sent.message)
        attachment = said.pop("attachment", None)
        said.pop("quick_replies", None)
        if attachment is not None:
            said["attachments"] = [_as_seen(attachment)]
        if account.platform == "instagram":
            said.pop("metadata", None)
        echo = {"mid": sent.mid, "is_echo": True, "app_id": int(self.config.app_id), **said}
        if self._faults.take("drop_echoes"):
            return _over()
        return self._tell(account, sent.person, "message_echoes", {"message": echo}, by_account=True)

    # --- from people ----------------------------------------------------------------------------------

    def receive(self, account: Account, person: str, field: str, item: Json) -> asyncio.Event:
        """Somebody writes (or taps): the window opens, they know the account, and the gateway is told."""
        known = self.store.people.setdefault((account.account_id, person), Person())
        known.last_wrote = self.clock()
        return self._tell(account, person, field, item)

    def read(self, account: Account, person: str) -> asyncio.Event:
        """They have seen all that was sent to them: one report for all (Messenger), or of the last one (Instagram)."""
        unread = [one for one in self.store.sent_to(account.account_id, person) if not one.read]
        if not unread:
            return _over()
        for one in unread:
            one.read = True
        is_page = account.platform == "messenger"
        said: Json = {"watermark": self._now()} if is_page else {"mid": unread[-1].mid}
        return self._tell(account, person, "message_reads", {"read": said})

    def _tell(
        self, account: Account, person: str, field: str, item: Json, *, by_account: bool = False
    ) -> asyncio.Event:
        fields = self.subscribed[account.account_id]
        # Any field of the page turns its Instagram on.
        if not fields or (account.platform == "messenger" and field not in fields):
            return _over()
        sender, recipient = (account.account_id, person) if by_account else (person, account.account_id)
        people = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": self._now()}
        return self._webhooks.enqueue(account, person, people | item)

    def _now(self) -> int:
        return int(self.clock() * 1000)


def _as_seen(attachment: Json) -> Json:
    payload = attachment.get("payload", {})
    if attachment.get("type") == "template":
        return {"type": "template", "title": payload.get("text", ""), "payload": payload}
    return {
        "type": attachment.get("type"),
        "payload": {"url": f"https://cdn.fbsbx.com/{payload.get('attachment_id')}"},
    }


def _over() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
