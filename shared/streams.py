"""The one provisioner: which streams and buckets exist and how they are set. Nobody else declares any.

Everything in them can be lost at any moment (PostgreSQL is the ledger), so limits here bound disk use, not safety: a
full stream drops its oldest messages, which were handled long ago or will be sent again, instead of refusing new ones.
"""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import (
    DiscardPolicy,
    ObjectStoreConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    SubjectTransform,
)
from nats.js.errors import BadRequestError, BucketNotFoundError, NotFoundError

from shared import subjects

DAY = 24 * 3600
_GIB = 1024**3
_STREAM_EXISTS = 10058


def _ordered(name: str, subject: str, dest: str) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=[subject],
        subject_transform=SubjectTransform(src=subject, dest=dest),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=2 * DAY,
        max_bytes=1 * _GIB,
        duplicate_window=120,
        allow_direct=True,
    )


def stream_configs() -> tuple[StreamConfig, ...]:
    """The configuration of every stream."""
    n = subjects.PARTITIONS
    return (
        _ordered(
            subjects.INBOUND,
            "in.*.*.*",
            f"in.{{{{partition({n},3)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{{{{wildcard(3)}}}}",
        ),
        _ordered(
            subjects.OUTBOUND,
            "out.*.*.*",
            f"out.{{{{partition({n},3)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{{{{wildcard(3)}}}}",
        ),
        _ordered(
            subjects.COMMANDS,
            "cmd.*.*.*.*",
            f"cmd.{{{{partition({n},3)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{{{{wildcard(3)}}}}.{{{{wildcard(4)}}}}",
        ),
        _ordered(
            subjects.EVENTS,
            "evt.*.*.*.*",
            f"evt.{{{{partition({n},3)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{{{{wildcard(3)}}}}.{{{{wildcard(4)}}}}",
        ),
        StreamConfig(
            name=subjects.JOBS,
            subjects=["job.>"],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_age=1 * DAY,
            max_bytes=_GIB // 4,
            duplicate_window=120,
        ),
        # Alarms: what is set waits in the stream until its time, what rings is taken once. (Schedules need DISCARD OLD.)
        StreamConfig(
            name=subjects.SCHEDULE,
            subjects=["due.*.*.*.*"],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_age=1 * DAY,
            max_bytes=_GIB // 4,
            duplicate_window=120,
            allow_msg_schedules=True,
        ),
    )


async def ensure_streams(js: JetStreamContext) -> None:
    """Create what is missing (idempotent); an existing stream that drifted is set back.

    Raises nats errors when JetStream does not answer.
    """
    for config in stream_configs():
        try:
            await js.add_stream(config)
        except BadRequestError as error:
            if error.err_code != _STREAM_EXISTS:
                raise
            await js.update_stream(config)
    try:
        await js.object_store(subjects.FILES)
    except (BucketNotFoundError, NotFoundError):
        await js.create_object_store(
            subjects.FILES,
            ObjectStoreConfig(
                bucket=subjects.FILES, ttl=7 * DAY, max_bytes=1 * _GIB, storage=StorageType.FILE
            ),
        )
