"""What is the incoming half made of? From the webhook or the web page to the inbox: all that needs no bus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

from services.gateway.accounts import Directory
from services.gateway.answers import Answers
from services.gateway.channels import Channel, MessageIn
from services.gateway.domain.account import ChannelAccount
from services.gateway.handover import Publisher, StatusApplier, pause
from services.gateway.inbound import InboxRow
from services.gateway.inbox import InboxWriter
from services.gateway.intake import Intake
from services.gateway.limits_in import Limits
from services.gateway.loops import Loops
from services.gateway.notices import announce
from services.gateway.outgate import Outbound
from services.gateway.people import People
from services.gateway.raw import RawKeeper
from services.gateway.recall import Recall
from services.gateway.secrets import Vault
from services.gateway.seen import SeenBodies
from services.gateway.sender import Caller
from services.gateway.store.accounts import AccountStore
from services.gateway.store.held import HeldStore
from services.gateway.store.inbox import InboxStore
from services.gateway.store.offers import OfferStore
from services.gateway.store.raw import RawStore
from services.gateway.store.uploads import UploadStore
from services.gateway.store.webchat import WebChatStore
from services.gateway.webchat.app import WebChat
from services.gateway.webchat.limits import Limits as PageLimits
from services.gateway.webhooks import Site, Webhooks
from shared.db import Database
from shared.settings import Settings

WEBCHAT = "webchat"


class Ingate:
    """Everything between the outside and the inbox, and what is shared with the outgoing half."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[str, Channel],
        db: Database,
        seen: SeenBodies,
        caller: Caller,
    ) -> None:
        self._channels = channels
        vault = Vault.from_settings(settings)
        self._people = People()
        self.store = InboxStore(db, resend_after=settings.resend_after_seconds, people=self._people)
        self.directory = Directory(AccountStore(db, vault))
        self.publisher = Publisher()
        self.outbound = Outbound(settings, channels, db, caller, self.directory, seen.redis)
        self._statuses = StatusApplier(
            self.store,
            sweep_every=max(settings.relay_interval_seconds, pause(settings.resend_after_seconds)),
        )
        self._writer = InboxWriter(self._statuses, seen, self._on_new)
        self._limits = Limits(settings, asyncio.get_running_loop().time)
        held = HeldStore(db, resend_after=settings.resend_after_seconds)
        self._recall = Recall(held, self._limits, self.publisher)
        self._redis = seen.redis
        self._keeper = RawKeeper(vault, settings.raw_retention_hours)
        self._raw = RawStore(db)
        answers = Answers(OfferStore(db), self._whose)
        self._intake = Intake(self.directory, self._writer, self.store, self._limits, self._keeper, answers)
        webhooks = Webhooks(channels, self.directory, self._intake, self._limits, public_url(settings))
        app = webhooks.app()
        self.webchat = self._web_chat(settings, db, vault) if WEBCHAT in channels else None
        if self.webchat is not None:
            self.webchat.routes(app)
            caller.answers_locally(WEBCHAT, self.webchat.local)
        self.site = Site(app, settings.http_host, settings.http_port, reception=webhooks)

    async def start(self, loops: Loops) -> None:
        """Start everything but the site. Who was held back before is known then."""
        loops.start("accounts", self.directory.run)
        loops.start("inbox", self._writer.run)
        loops.start("statuses", self._statuses.run)
        loops.start("status sweep", self._statuses.sweep)
        loops.start("raw bodies", lambda: self._keeper.sweep(self._raw))
        loops.start("limits", lambda: self._limits.share(self._redis))
        self.outbound.start(loops)
        if self.webchat is not None:
            self.webchat.start()
        loops.start("recall", self._recall.run)
        await self._recall.done()

    def took_over(self) -> None:
        """A partition is ours that was another instance's: what that one held back is looked for."""
        self._recall.again()

    async def stop(self) -> None:
        """Tell the pages, answer the webhooks under way."""
        if self.webchat is not None:
            await self.webchat.stop()
        await self.site.stop()

    def _web_chat(self, settings: Settings, db: Database, vault: Vault) -> WebChat:
        return WebChat(
            WebChatStore(db),
            UploadStore(db),
            vault,
            self._receive,
            self._web_chat_account,
            public_url(settings),
            limits=PageLimits(messages_per_minute=settings.sender_per_minute),
            tenants=self.directory.tenants,
            address=lambda request: self._limits.address(
                request.remote, request.headers.get("X-Forwarded-For")
            ),
        )

    async def _receive(self, account: ChannelAccount, item: MessageIn) -> None:
        # A page sends one message at a time: its id says as much as the bytes of a request.
        body = f"{account.account_id} {item.provider_id}".encode()
        await self._intake.take_items(self._channels[WEBCHAT], [item], body, account)

    async def _web_chat_account(self, account_id: str) -> ChannelAccount | None:
        known = self.directory.account(WEBCHAT, account_id)
        return known or await self.directory.look_up_account(WEBCHAT, account_id)

    def _on_new(self, rows: list[InboxRow]) -> None:
        self.publisher.offer(rows)
        self.outbound.seen.offer(rows)
        announce(rows)

    def _whose(self, channel: str, item: MessageIn) -> tuple[UUID, UUID] | None:
        tenant_id = self.directory.tenant_of(channel, item.account_id)
        if tenant_id is None:
            return None
        return tenant_id, self._people.conversation((tenant_id, channel, item.account_id, item.user_id))


def public_url(settings: Settings) -> str:
    """The gateway's address as providers and browsers know it."""
    return settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
