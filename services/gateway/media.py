"""How does a person's voice note get here? Asked from the provider at once, checked, put into the object store."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from services.gateway.channels import Channel, HttpAnswer, HttpCall, MediaLink
from services.gateway.domain.account import ChannelAccount
from services.gateway.sender import AnswerLost, NotSent
from shared.db import is_transient
from shared.errors import Transient, UsherError
from shared.ids import derive
from shared.messages.conversation import FetchMedia, MediaFetched
from shared.messages.media import BuildReceipt, FileRef
from shared.telemetry import get_logger

MOST_BYTES: Final = 16 * 1024 * 1024
_LINK_TRIES: Final = 2
"""A link lives for five minutes; one that is no longer good is asked for anew."""

log = get_logger("gateway")


class Caller(Protocol):
    """See `sender.Caller`."""

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        """Make one request."""

    async def download(
        self, link: MediaLink, trusted: Callable[[str], bool], most_bytes: int
    ) -> tuple[int, bytes]:
        """Status and bytes behind a link."""


class FileStore(Protocol):
    """`shared.files.Files`, as far as it is needed here."""

    async def put(self, key: str, data: bytes, mime: str, *, job: BuildReceipt | None = None) -> FileRef:
        """Store a file."""


class Accounts(Protocol):
    """The channel accounts of all tenants (see `accounts.Directory`)."""

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, as far as it is known."""

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        """The account, asking the database. Raises transient errors of it."""


class MediaFetcher:
    """Answers the query `fetch_media`. Askers of the same file share one download."""

    def __init__(
        self, channels: Mapping[str, Channel], accounts: Accounts, caller: Caller, files: FileStore
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._caller = caller
        self._files = files
        self._under_way: dict[str, asyncio.Task[MediaFetched]] = {}

    async def fetch(self, question: FetchMedia) -> MediaFetched:
        """The file, or why not: `gone` means never, otherwise asking again may help."""
        account = self._accounts.account(question.channel, question.account_id)
        if account is None or account.tenant_id != question.tenant_id:
            # Right after the start, or right after the account was added, the directory may not know it yet.
            try:
                account = await self._accounts.look_up_account(question.channel, question.account_id)
            except Exception as error:
                if not is_transient(error):
                    raise
                return MediaFetched(error="The database is away.")
        channel = self._channels.get(question.channel)
        if channel is None or account is None or account.tenant_id != question.tenant_id:
            return MediaFetched(error="This channel account is not the tenant's.", gone=True)
        key = f"media/{derive('media', question.channel, question.account_id, question.media_id)}"
        task = self._under_way.get(key)
        if task is None:
            # It goes on when the asker stops waiting: who asks again finds it further.
            task = self._under_way[key] = asyncio.create_task(self._fetch(channel, account, question, key))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _fetch(
        self, channel: Channel, account: ChannelAccount, question: FetchMedia, key: str
    ) -> MediaFetched:
        try:
            return await self._bring(channel, account, question, key)
        except Transient as error:
            return MediaFetched(error=str(error))
        except UsherError as error:
            log.warning("media_refused", channel=channel.name, error=str(error))
            return MediaFetched(error=str(error), gone=True)

    async def _bring(
        self, channel: Channel, account: ChannelAccount, question: FetchMedia, key: str
    ) -> MediaFetched:
        for _ in range(_LINK_TRIES):
            link = await self._locate(channel, account, question.media_id)
            if link is None:
                break
            status, data = await self._caller.download(link, channel.trusts, MOST_BYTES)
            if status in (404, 410):
                continue
            if status != 200:
                raise Transient(f"The provider answered {status} instead of a file.")
            if question.sha256 is not None and not _matches(question.sha256, data):
                raise Transient("The file is not the one that was announced.")
            return MediaFetched(file=await self._files.put(key, data, link.mime))
        return MediaFetched(error="The provider no longer has this file.", gone=True)

    async def _locate(self, channel: Channel, account: ChannelAccount, media_id: str) -> MediaLink | None:
        where = channel.locate(media_id, account)
        if isinstance(where, MediaLink):
            return where
        answer = await self._caller.call(where)
        if not isinstance(answer, HttpAnswer):
            raise Transient(f"The provider did not answer: {answer.reason}.")
        return channel.located(answer, account)


def _matches(announced: str, data: bytes) -> bool:
    digest = hashlib.sha256(data)
    return announced in (base64.b64encode(digest.digest()).decode(), digest.hexdigest())
