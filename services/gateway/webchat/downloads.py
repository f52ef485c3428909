"""How does a visitor get a message's file? From the object store, built again when it was lost there."""

from __future__ import annotations

from typing import Final, Protocol
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from services.gateway.channels.webchat import file_of
from services.gateway.store.deliveries import Conversation
from shared import subjects
from shared.errors import Transient
from shared.messages.conversation import MessageSent
from shared.messages.media import BuildReceipt, FileRef
from shared.telemetry import get_logger

AS_THEY_ARE: Final = frozenset(
    {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
    }
)
"""Types that are said as they are; all others are bytes, so that no browser ever runs one."""
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}

log = get_logger("gateway")


class Files(Protocol):
    """The object store (see `shared.files.Files`)."""

    async def get(self, file: FileRef) -> bytes | None:
        """The bytes; None when they are lost. Raises `Transient`."""


class Jobs(Protocol):
    """Where work for media goes (see `shared.bus.Bus`)."""

    async def publish(self, subject: str, payload: bytes, *, msg_id: str) -> None:
        """Store a job. Raises `Transient`."""


class Payloads(Protocol):
    """Where messages are (see `store.webchat`)."""

    async def payload(self, conversation: Conversation, delivery_id: UUID) -> bytes | None:
        """The `MessageSent`."""


class Downloads:
    """Answers requests for files. `join` when the bus is there."""

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._files: Files | None = None
        self._jobs: Jobs | None = None

    def join(self, files: Files, jobs: Jobs) -> None:
        """From now on there are files."""
        self._files, self._jobs = files, jobs

    async def answer(self, conversation: Conversation, delivery_id: UUID) -> web.Response:
        """The file as a download. 404 when the message has none, 410 when it is lost for ever, 503 while it is being
        built again; raises transient errors."""
        payload = await self._payloads.payload(conversation, delivery_id)
        found = file_of(MessageSent.decode(payload)) if payload else None
        if found is None:
            return web.Response(status=404, text="There is no such file.", headers=HEADERS)
        file, filename = found
        if self._files is None or self._jobs is None:
            raise Transient("The bus has not been joined yet.")
        data = await self._files.get(file)
        if data is not None:
            return _download(data, file.mime, filename)
        if file.job is None:
            return web.Response(status=410, text="This file is no longer kept.", headers=HEADERS)
        await self._rebuild(self._jobs, file.job, delivery_id)
        return web.Response(
            status=503,
            text="This file is being made again: open it once more in a moment.",
            headers={**HEADERS, "Retry-After": "2"},
        )

    async def _rebuild(self, jobs: Jobs, job: BuildReceipt, delivery_id: UUID) -> None:
        subject = subjects.job("media", BuildReceipt.name, job.tenant_id)
        # The stream drops repeats of an id for two minutes: impatient readers cost one job.
        await jobs.publish(subject, job.encode(), msg_id=f"webchat-rebuild:{delivery_id}")
        log.info("file_ordered_again", delivery_id=str(delivery_id))


def _download(data: bytes, mime: str, filename: str) -> web.Response:
    plain = (
        "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in filename)[:150] or "file"
    )
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename[:150], safe='')}"
    kind = mime.partition(";")[0].strip().lower()
    return web.Response(
        body=data,
        headers={
            **HEADERS,
            "Content-Type": kind if kind in AS_THEY_ARE else "application/octet-stream",
            "Content-Disposition": disposition,
        },
    )
