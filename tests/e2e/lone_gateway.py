"""How does the gateway run without the other services? As a process of its own, with real servers and two tenants' numbers."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from devkit.demo.world import private_world
from services.gateway.seed import seed
from shared.settings import Settings
from tests.e2e.conftest import SEED
from tests.e2e.meta_sender import MetaSender
from usher.supervisor import Supervisor


@dataclass
class Said:
    """What the gateways' logs said: how often each event, how many messages were published again, what went wrong."""

    events: Counter[str] = field(default_factory=Counter)
    resent: int = 0
    errors: list[str] = field(default_factory=list)

    def line(self, _name: str, line: str) -> None:
        """One line of a child."""
        try:
            said = json.loads(line)
        except ValueError:
            self.errors.append(line)
            return
        self.events[said["event"]] += 1
        if said["event"] == "resent":
            self.resent += said["messages"]
        if said["level"] in ("error", "critical"):
            self.errors.append(line)


@dataclass
class LoneGateway:
    """A gateway as a process of its own with real servers, what it says, and a connection for looking at its tables."""

    supervisor: Supervisor
    said: Said
    db: asyncpg.Connection

    @property
    def settings(self) -> Settings:
        return self.supervisor.settings

    def sender(self, rng: random.Random, per_second: float, *ports: int) -> MetaSender:
        """A sender to these copies of the gateway (none: to the only one)."""
        urls = [f"http://127.0.0.1:{port}/webhooks/whatsapp" for port in ports or (self.settings.http_port,)]
        assert self.settings.whatsapp_app_secret
        secret = self.settings.whatsapp_app_secret.get_secret_value()
        return MetaSender(urls, secret, rng, per_second=per_second)

    def signal(self, number: signal.Signals) -> None:
        """Send the gateway a signal."""
        pid = self.supervisor.child("gateway").pid
        assert pid is not None
        os.kill(pid, number)

    async def all_handled(self) -> bool:
        """Whether nothing in the inbox waits any more."""
        return bool(await self.db.fetchval("SELECT count(*) = 0 FROM gateway.inbox WHERE handled_at IS NULL"))

    async def figure(self, sql: str, *arguments: object) -> int:
        """The number that a query gives."""
        return int(await self.db.fetchval(sql, *arguments))


@asynccontextmanager
async def lone_gateway(
    resend_after_seconds: float, *, sender_per_minute: int = 1_000_000
) -> AsyncIterator[LoneGateway]:
    """A running gateway whose limits do not matter (unless one is given), until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="usher-kills-"))
    world = private_world(
        folder / "data",
        seed_file=SEED,
        resend_after_seconds=resend_after_seconds,
        relay_interval_seconds=0.2,
        sender_per_minute=sender_per_minute,
        tenant_per_second=1_000_000,
        ip_per_second=1_000_000,
    )
    said = Said()
    supervisor = Supervisor(world.settings, services=("gateway",), on_line=said.line)
    try:
        await supervisor.start_servers()
        await seed(world.seed, supervisor.settings)
        await supervisor.start_children()
        db = await asyncpg.connect(supervisor.settings.database_owner_url)
        yield LoneGateway(supervisor, said, db)
        await db.close()
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)
