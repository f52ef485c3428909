"""The whole of Usher with the emulator, a process per service, as `make demo` runs it: one world per test worker."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from devkit.demo.world import DemoSupervisor, World, private_world
from devkit.phone import Phone
from services.booking.audit import audit
from shared.db import Database
from tests.integration.conftest import eventually

SEED = Path(__file__).parent / "seed.yaml"
AUDIT_PATIENCE_SECONDS = 60.0
LISBOA, NEW_YORK = "200000000000001", "200000000000002"

_numbers = itertools.count(351_930_000_000)


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[tuple[World, DemoSupervisor]]:
    """Everything, started once; a test that kills something starts it again."""
    folder = Path(tempfile.mkdtemp(prefix="usher-e2e-"))
    world = private_world(
        folder / "data",
        seed_file=SEED,
        resend_after_seconds=2.0,
        relay_interval_seconds=0.2,
        command_timeout_seconds=1.0,
        whatsapp_echo_wait_seconds=5.0,
        sender_per_minute=1_000_000,  # a few people say everything here
    )
    supervisor = DemoSupervisor(world, on_line=_keep(folder / "log.txt"))
    async with supervisor:
        yield world, supervisor
    shutil.rmtree(folder, ignore_errors=True)


def _keep(path: Path) -> Callable[[str, str], None]:
    # Printed with -s or on a failing start; kept in a file because a child's lines come at any time.
    log = path.open("a", buffering=1)
    return lambda name, line: print(f"{name}: {line}", file=log)


@pytest.fixture
def world(running: tuple[World, DemoSupervisor]) -> World:
    """Ports, secrets and seed of the running Usher."""
    return running[0]


@pytest.fixture
def supervisor(running: tuple[World, DemoSupervisor]) -> DemoSupervisor:
    """Kills and restarts its parts."""
    return running[1]


@pytest.fixture
def database_url(supervisor: DemoSupervisor) -> str:
    """PostgreSQL as the owner, for looking at what is stored."""
    assert supervisor.settings.database_owner_url
    return supervisor.settings.database_owner_url


@pytest.fixture(autouse=True)
async def audited(running: tuple[World, DemoSupervisor]) -> AsyncIterator[None]:
    """After every test, whatever it killed: no invariant is broken, and nothing was given up or is on its way for ever."""
    yield
    settings = running[1].settings
    assert settings.database_url
    database = await Database.open(settings.database_url, size=2, name="audit")
    try:
        drained = partial(_is_drained, database)
        await eventually(drained, within=AUDIT_PATIENCE_SECONDS, every=0.1)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable
        breaches = await audit(database)
    finally:
        await database.close()
    assert [str(breach) for breach in breaches] == []


async def _is_drained(database: Database) -> bool:
    async with database.system() as connection:
        return bool(await connection.fetchval("SELECT count(*) = 0 FROM booking.outbox"))


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client for phones: as many connections as there are customers."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=90)) as session:
        yield session


@pytest.fixture
def new_phone(http: aiohttp.ClientSession, world: World) -> Callable[..., Phone]:
    """Phones of customers nobody has met before."""

    def make(business: str = LISBOA) -> Phone:
        return Phone(http, world.phone_url, business, str(next(_numbers)))

    return make
