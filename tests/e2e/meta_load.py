"""What would Meta post? Seeded WhatsApp updates of a few people, and their signed-for bodies in any grouping. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Literal

from tests.integration.gateway import bodies

MOST_UPDATES = 50
WORDS = ("olá, há yoga amanhã?", "às 19h 🧘", "yes please", "¿y el sábado?", 'a/b @ 5€ \\ "ok"')
STATES = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Update:
    """One element of `messages[]` or `statuses[]`. `key`: what it is deduplicated by; `person`: who wrote (messages)."""

    kind: Literal["message", "status"]
    key: str
    account: str
    person: str
    item: bodies.Json = field(compare=False, repr=False)


Webhook = tuple[Update, ...]


def make_load(rng: random.Random, webhooks: int, accounts: Sequence[str], now: int) -> list[Webhook]:
    """So many webhooks, all updates distinct: mostly single messages, some batches of up to 50, statuses between.

    Each person writes to one account and each message is sent after the one before it. `now`: unix seconds.
    """
    people = max(20, webhooks // 40)
    persons = [(f"3519{rng.randrange(10**8):08d}", accounts[n % len(accounts)]) for n in range(people)]
    messages = _messages(rng, persons, now)
    statuses = _statuses(rng, accounts, now)
    return [_webhook(rng, messages, statuses) for _ in range(webhooks)]


def _webhook(rng: random.Random, messages: Iterator[Update], statuses: Iterator[Update]) -> Webhook:
    kind = rng.random()
    if kind < 0.70:
        return (next(messages),)
    if kind < 0.92:
        return tuple(next(statuses) for _ in range(rng.randint(1, 6)))
    return tuple(
        next(messages) if rng.random() < 0.8 else next(statuses) for _ in range(rng.randint(2, MOST_UPDATES))
    )


def _messages(rng: random.Random, persons: Sequence[tuple[str, str]], now: int) -> Iterator[Update]:
    run = f"{rng.getrandbits(32):08x}"
    for n in count():
        person, account = rng.choice(persons)
        key = f"wamid.in.{run}.{n:07d}"
        yield Update(
            "message",
            key,
            account,
            person,
            bodies.text(person, key, rng.choice(WORDS), at=now - 3600 + n // 50),
        )


def _statuses(rng: random.Random, accounts: Sequence[str], now: int) -> Iterator[Update]:
    """Of messages that this Usher does not know (a number is often used by a second system, too)."""
    run = f"{rng.getrandbits(32):08x}"
    for n in count():
        account, provider_id = rng.choice(accounts), f"wamid.out.{run}.{n:07d}"
        states = list(STATES)
        if rng.random() < 0.1:
            rng.shuffle(states)
        for state in states:
            item = bodies.status(provider_id, state) | {"timestamp": str(now)}
            yield Update("status", f"{provider_id}:{state}", account, "", item)


def encode(updates: Sequence[Update], rng: random.Random) -> bytes:
    """One body: neighbours of an account share a `value`, or have one each, or an entry each; their order is kept."""
    grouping = rng.choice(("values", "changes", "entries"))
    values: list[bodies.Json] = []
    for account, run in groupby(updates, lambda update: update.account):
        found = list(run)
        parts = [found] if grouping == "values" else [[update] for update in found]
        values += [_value(account, part) for part in parts]
    changes = [{"field": "messages", "value": value} for value in values]
    apart = [[change] for change in changes] if grouping == "entries" else [changes]
    entries = [{"id": "waba", "changes": part} for part in apart]
    # As Meta does, everything but ASCII is escaped: whoever encodes it again breaks the signature.
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def _value(account: str, updates: Sequence[Update]) -> bodies.Json:
    return bodies.value(
        account,
        messages=[update.item for update in updates if update.kind == "message"],
        statuses=[update.item for update in updates if update.kind == "status"],
    )


def regrouped(updates: Sequence[Update], rng: random.Random, *, most: int = MOST_UPDATES) -> list[Webhook]:
    """The same updates in another order and in other groups, each of at most `most`."""
    left = list(updates)
    rng.shuffle(left)
    groups: list[Webhook] = []
    while left:
        size = min(len(left), rng.randint(1, most))
        groups.append(tuple(left[:size]))
        left = left[size:]
    return groups
