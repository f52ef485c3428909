"""Files on their way between services: NATS' object store, whose loss is only a delay (each can be made or fetched again)."""

from __future__ import annotations

import hashlib
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js.errors import BucketNotFoundError, ObjectDeletedError, ObjectNotFoundError

from shared import subjects
from shared.bus import Bus
from shared.errors import Transient
from shared.messages.media import BuildReceipt, FileRef


def receipt_key(receipt_id: UUID) -> str:
    """Under which key a receipt's PDF is."""
    return f"receipt-{receipt_id}.pdf"


class Files:
    """Put, get and delete files by key."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def put(self, key: str, data: bytes, mime: str, *, job: BuildReceipt | None = None) -> FileRef:
        """Store a file (again: replaces it). Raises `Transient` when the store is away."""
        try:
            store = await self._bus.js.object_store(subjects.FILES)
            await store.put(key, data)
        except BucketNotFoundError as error:
            await self._bus.provision()
            raise Transient("The object store was lost and has been made anew.") from error
        except (NatsError, TimeoutError, OSError) as error:
            raise Transient(f"The object store is away: {error or type(error).__name__}") from error
        return FileRef(
            bucket=subjects.FILES,
            key=key,
            mime=mime,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            job=job,
        )

    async def get(self, file: FileRef) -> bytes | None:
        """The file's bytes, or None when the store does not have them (lost, or not what was put there)."""
        try:
            store = await self._bus.js.object_store(file.bucket)
            result = await store.get(file.key)
        except (BucketNotFoundError, ObjectNotFoundError):
            return None
        except (NatsError, TimeoutError, OSError) as error:
            raise Transient(f"The object store is away: {error or type(error).__name__}") from error
        data = bytes(result.data or b"")
        return data if hashlib.sha256(data).hexdigest() == file.sha256 else None

    async def delete(self, key: str) -> None:
        """Delete a file; nothing when there is none. Raises `Transient` when the store is away."""
        try:
            store = await self._bus.js.object_store(subjects.FILES)
            await store.delete(key)
        except (BucketNotFoundError, ObjectNotFoundError, ObjectDeletedError):
            return
        except (NatsError, TimeoutError, OSError) as error:
            raise Transient(f"The object store is away: {error or type(error).__name__}") from error
