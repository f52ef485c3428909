"""The only place where a subject, stream, durable or bucket is spelled. `python -m shared.subjects` prints who says what to whom.

Ordered streams get a partition token from the server (`PARTITIONS`, see `shared.streams`), so a stored subject reads
`in.<partition>.whatsapp.<tenant>.<conversation>`; publishers never write that token.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.messages import booking, conversation, media, people
from shared.messages import receipts as sent_receipts
from shared.messages.envelope import Message

PARTITIONS = 16
"""Partitions of every ordered stream. Changing it moves keys: drain the streams first."""

INBOUND = "INBOUND"
OUTBOUND = "OUTBOUND"
COMMANDS = "COMMANDS"
EVENTS = "EVENTS"
JOBS = "JOBS"
SCHEDULE = "SCHEDULE"

FILES = "usher_files"
"""Object store bucket of voice notes and receipts."""


def inbound(channel: str, tenant_id: UUID, conversation_id: UUID) -> str:
    """A person's message, ordered by conversation."""
    return f"in.{channel}.{tenant_id}.{conversation_id}"


def outbound(channel: str, tenant_id: UUID, conversation_id: UUID) -> str:
    """A message to a person, ordered by conversation."""
    return f"out.{channel}.{tenant_id}.{conversation_id}"


def live(channel: str, tenant_id: UUID, conversation_id: UUID) -> str:
    """There is something new in a conversation that somebody watches (core; a lost one only costs time)."""
    return f"live.{channel}.{tenant_id}.{conversation_id}"


def command(owner: str, tenant_id: UUID, key: UUID, name: str) -> str:
    """A command to the owner, ordered by key (a session)."""
    return f"cmd.{owner}.{tenant_id}.{key}.{name}"


def event(owner: str, tenant_id: UUID, entity_id: UUID, name: str) -> str:
    """A fact, ordered by the entity it is about."""
    return f"evt.{owner}.{tenant_id}.{entity_id}.{name}"


def job(owner: str, kind: str, tenant_id: UUID) -> str:
    """Work for whichever instance is free."""
    return f"job.{owner}.{kind}.{tenant_id}"


def alarm(owner: str, tenant_id: UUID, key: UUID) -> str:
    """The alarm clock of one key (a session): setting it again replaces it."""
    return f"due.{owner}.set.{tenant_id}.{key}"


def rung(owner: str, tenant_id: UUID, key: UUID) -> str:
    """What an alarm says when it rings."""
    return f"due.{owner}.rung.{tenant_id}.{key}"


def rung_filter(owner: str) -> str:
    """All of the owner's alarms that ring."""
    return f"due.{owner}.rung.>"


def query(owner: str, name: str) -> str:
    """A read, answered at once by any instance of the owner (core request/reply)."""
    return f"qry.{owner}.{name}"


def receipts(owner: str) -> str:
    """Receivers' confirmations of what `owner` sent (core; a lost one only causes a repeat)."""
    return f"rcpt.{owner}"


def partition_filter(stream: str, partition: int) -> str:
    """The stored subjects of one partition of an ordered stream."""
    prefix = {INBOUND: "in", OUTBOUND: "out", COMMANDS: "cmd", EVENTS: "evt"}[stream]
    return f"{prefix}.{partition}.>"


def durable(service: str, stream: str, partition: int | None = None) -> str:
    """The name of a service's durable consumer (filename-safe)."""
    name = f"{service}__{stream.lower()}"
    return name if partition is None else f"{name}__{partition:02d}"


@dataclass(frozen=True)
class Route:
    """One line of the table: who publishes which message on which subject, and who subscribes."""

    subject: str
    publisher: str
    subscribers: tuple[str, ...]
    message: type[Message]
    answer: str = ""
    stream: str = ""


_ASKED_BY = {"settle_session": "booking", "record_payment": "booking, gateway"}

ROUTES: tuple[Route, ...] = (
    Route(
        "in.<channel>.<tenant>.<conversation>",
        "gateway",
        ("agent",),
        conversation.MessageReceived,
        stream=INBOUND,
    ),
    Route(
        "out.<channel>.<tenant>.<conversation>",
        "agent, notifier",
        ("gateway", "agent"),
        conversation.MessageSent,
        stream=OUTBOUND,
    ),
    *(
        Route(
            f"cmd.booking.<tenant>.<key>.{kind.name}",
            _ASKED_BY.get(kind.name, "agent"),
            ("booking",),
            kind,
            "CommandOutcome",
            COMMANDS,
        )
        for kind in booking.COMMANDS
    ),
    *(
        Route(f"evt.booking.<tenant>.<entity>.{kind.name}", "booking", ("notifier",), kind, stream=EVENTS)
        for kind in booking.EVENTS
    ),
    Route(
        "due.booking.rung.<tenant>.<session>", "booking", ("booking",), booking.SessionDue, stream=SCHEDULE
    ),
    Route(
        "evt.media.<tenant>.<receipt>.receipt_ready",
        "media",
        ("notifier",),
        media.ReceiptReady,
        stream=EVENTS,
    ),
    Route(
        "job.media.build_receipt.<tenant>", "notifier, gateway", ("media",), media.BuildReceipt, stream=JOBS
    ),
    Route(
        "job.media.transcribe_voice.<tenant>",
        "agent",
        ("media",),
        media.TranscribeVoice,
        "VoiceTranscribed",
        JOBS,
    ),
    Route(
        "job.notifier.send_receipt.<tenant>",
        "agent",
        ("notifier",),
        sent_receipts.SendReceipt,
        "ReceiptSent",
        JOBS,
    ),
    Route("job.agent.merge_people.<tenant>", "booking", ("agent",), people.MergePeople, stream=JOBS),
    Route(
        "job.<service>.forget_person.<tenant>",
        "booking",
        ("agent", "gateway", "notifier"),
        people.ForgetPerson,
        stream=JOBS,
    ),
    *(
        Route(f"qry.booking.{kind.name}", "agent", ("booking",), kind, answer)
        for kind, answer in booking.QUERIES.items()
    ),
    Route("qry.gateway.fetch_media", "agent", ("gateway",), conversation.FetchMedia, "MediaFetched"),
    Route("qry.gateway.show_typing", "agent", ("gateway",), conversation.ShowTyping, "TypingShown"),
    Route(
        "evt.agent.<tenant>.<conversation>.conversation_handed_over",
        "agent",
        ("notifier",),
        conversation.ConversationHandedOver,
        stream=EVENTS,
    ),
)


def main() -> None:
    """Print the table subject → publisher → subscribers → message class."""
    for route in ROUTES:
        answer = f" → {route.answer}" if route.answer else ""
        print(
            f"{route.subject:<55} {route.publisher:<18} → {', '.join(route.subscribers):<10} "
            f"{route.message.__name__}{answer}"
        )


if __name__ == "__main__":
    main()
