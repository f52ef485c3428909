"""How does a visitor's file come in? Its bytes are sealed and stored, then it is a message like any other.

Nobody else has the file, so it is in the database before the page hears that it was taken. The page's id of it makes a
repeat harmless: the same bytes under the same id are the same message.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from aiohttp import web

from services.gateway.channels import HttpAnswer, MessageIn, NotAuthentic, RawRequest
from services.gateway.channels.webchat import SaidFile, kept
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import CannotDecrypt, Vault
from services.gateway.store.uploads import KEPT, Stored, Upload
from services.gateway.webchat import identity
from services.gateway.webchat.filetypes import TYPES, is_of
from services.gateway.webchat.identity import Visitor
from services.gateway.webchat.limits import Rates
from services.gateway.webchat.surroundings import Surroundings
from shared.db import is_transient
from shared.errors import Transient
from shared.ids import derive
from shared.telemetry import get_logger

MOST_BYTES: Final = 16 * 1024 * 1024
READ_SECONDS: Final = 120.0
AT_ONCE: Final = 8
"""Files that are being read at a time: each is in memory until it is stored."""
AGAIN_SECONDS: Final = 2.0
SWEEP_SECONDS: Final = 3600.0

log = get_logger("gateway")


class Store(Protocol):
    """See `store.uploads.UploadStore`."""

    async def add(self, upload: Upload, most_a_day: int) -> Stored:
        """Store it, once."""

    async def get(self, tenant_id: UUID, upload_id: UUID, account_id: str) -> bytes | None:
        """The sealed bytes."""

    async def forget(self, tenants: Collection[UUID], older_than: timedelta = KEPT) -> None:
        """Delete what is older."""


class Refused(Exception):
    """An upload is not taken: `status` and words for whoever writes a page; `after`: come again in so many seconds."""

    def __init__(self, status: int, say: str, after: float | None = None) -> None:
        super().__init__(say)
        self.status = status
        self.say = say
        self.after = after


class Uploads:
    """Takes files of visitors, and gives them to who fetches media."""

    def __init__(self, around: Surroundings, store: Store, vault: Vault) -> None:
        self._around = around
        self._store = store
        self._vault = vault
        limits = around.limits
        self._rates = Rates(limits.uploads_per_minute)
        self._by_address = Rates(limits.uploads_per_minute * 5)
        self._reading = 0

    async def take(self, account: ChannelAccount, request: web.Request, address: str) -> dict[str, object]:
        """Store the file of a request and what it says; the answer. Raises `Refused`."""
        try:
            upload_id = UUID(request.match_info["upload"])
        except ValueError:
            raise Refused(400, "The path must end in a UUID of yours.") from None
        visitor = self._visitor(account, request)
        mime = request.content_type.lower()
        if mime not in TYPES:
            raise Refused(415, f"Files of this type are not taken; these are: {', '.join(sorted(TYPES))}.")
        self._pace(account, visitor, address)
        if self._reading >= AT_ONCE:
            raise Refused(503, "Too many files come at once: send it again later.", AGAIN_SECONDS)
        self._reading += 1
        try:
            data = await _body(request)
            _check(data, mime, request.headers.get("X-Content-SHA256"))
            name = "".join(c for c in request.query.get("name", "") if c.isprintable()).strip()[:200]
            return await self._keep(account, visitor, upload_id, data, mime, name)
        except Exception as error:
            if not is_transient(error):
                raise
            raise Refused(503, "This could not be stored now: send it again later.", AGAIN_SECONDS) from error
        finally:
            self._reading -= 1

    def _visitor(self, account: ChannelAccount, request: web.Request) -> Visitor:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if kind != "Bearer":
                raise NotAuthentic("There is no token.")
            return identity.read(account, token, self._around.now())
        except NotAuthentic as error:
            log.info("webchat_refused", reason=str(error))
            raise Refused(401, "The token is not valid here: ask for a new one.") from error

    def _pace(self, account: ChannelAccount, visitor: Visitor, address: str) -> None:
        now = asyncio.get_running_loop().time()
        wait = self._by_address.take(address, now) or self._rates.take((account.account_id, visitor.id), now)
        if wait := wait or self._around.rates.take((account.account_id, visitor.id), now):
            raise Refused(429, "Too many files: send this one again later.", wait)

    async def _keep(
        self, account: ChannelAccount, visitor: Visitor, upload_id: UUID, data: bytes, mime: str, name: str
    ) -> dict[str, object]:
        if not self._vault.has_key:
            log.error("webchat_uploads_need_a_key", reason="Set USHER_SECRETS_KEY (`usher channel key`).")
            raise Refused(503, "Files are not taken here now.")
        digest = hashlib.sha256(data)
        # Of this visitor: nobody's id can be another's.
        key = derive("upload", account.tenant_id, account.account_id, visitor.id, upload_id)
        sealed = await asyncio.to_thread(self._vault.seal, data, _about(key))
        upload = Upload(
            account.tenant_id, key, account.account_id, visitor.id, len(data), digest.digest(), sealed
        )
        match await self._store.add(upload, self._around.limits.upload_bytes_a_day):
            case "other":
                raise Refused(409, "Another file has this id already: take a new one.")
            case "full":
                log.warning("webchat_uploads_full", account_id=account.account_id)
                raise Refused(507, "This business takes no more files today.")
            case _:
                said = SaidFile(
                    type="file", id=upload_id, key=key, mime=mime, name=name, sha256=digest.hexdigest()
                )
                await self._say(account, visitor, said)
        return {"type": "stored", "id": str(upload_id), "sha256": digest.hexdigest(), "size": len(data)}

    async def _say(self, account: ChannelAccount, visitor: Visitor, said: SaidFile) -> None:
        now = self._around.now()
        raw = kept(visitor.id, visitor.name, visitor.phone, now, said)
        [item] = self._around.channel.parse(RawRequest(raw, {}, now, account=account))
        assert isinstance(item, MessageIn)  # noqa: S101  # what `kept` writes is a message
        await self._around.receive(account, item)

    async def give(self, tenant_id: UUID, upload_id: UUID, account_id: str) -> HttpAnswer:
        """The file: 200 with its bytes, 410 when it is kept no longer. Raises transient errors of the database."""
        sealed = await self._store.get(tenant_id, upload_id, account_id)
        if sealed is None:
            return HttpAnswer(410, b"")
        try:
            return HttpAnswer(200, await asyncio.to_thread(self._vault.open, sealed, _about(upload_id)))
        except CannotDecrypt as error:
            raise Transient(f"A visitor's file cannot be opened: {error}") from error

    async def sweep(self, tenants: Callable[[], Collection[UUID]], every: float = SWEEP_SECONDS) -> None:
        """Forget what is older than thirty days, for ever."""
        while True:
            try:
                await self._store.forget(tenants())
            except Exception as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(every)


async def _body(request: web.Request) -> bytes:
    """The whole body. Raises `Refused` when it is too large, or does not come."""
    if (request.content_length or 0) > MOST_BYTES:
        raise _too_large()
    data = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for chunk in request.content.iter_chunked(64 * 1024):
                data += chunk
                if len(data) > MOST_BYTES:
                    raise _too_large()
    except TimeoutError:
        raise Refused(408, "The file did not come in time: send it again.", AGAIN_SECONDS) from None
    return bytes(data)


def _check(data: bytes, mime: str, announced: str | None) -> None:
    if announced is not None and announced.lower() != hashlib.sha256(data).hexdigest():
        raise Refused(422, "The file was damaged on its way: send it again.", AGAIN_SECONDS)
    if not is_of(data, mime):
        raise Refused(415, "The file is empty, or not of the type that it says it is.")


def _too_large() -> Refused:
    return Refused(413, f"Files of {MOST_BYTES // (1024 * 1024)} MB are the largest that are taken.")


def _about(upload_id: UUID) -> bytes:
    return b"webchat_uploads|" + upload_id.bytes
