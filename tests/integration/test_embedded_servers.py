"""PostgreSQL, NATS and Redis from their wheels: private, durable where it counts, killable, and clear when they fail."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from nats.errors import Error as NatsError
from redis.asyncio import Redis as RedisClient
from redis.exceptions import AuthenticationError

from tests.integration.conftest import eventually
from usher.embedded import EmbeddedServers, Nats, Ports, ServerError
from usher.embedded.credentials import load_or_create
from usher.embedded.ports import choose
from usher.embedded.servers import running_urls


def private_folder() -> Path:
    """Not pytest's: that one is closed to PostgreSQL's user again whenever another pytest starts."""
    return Path(tempfile.mkdtemp(prefix="usher-tests-"))


@pytest.fixture(scope="module")
def own() -> Iterator[EmbeddedServers]:
    """Servers that only this file knows: its tests kill them, and start them again."""
    folder = private_folder()
    with EmbeddedServers(folder) as started:
        yield started
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder for one test."""
    made = private_folder()
    yield made
    shutil.rmtree(made)


# --- what they are ------------------------------------------------------------------------------


async def test_services_connect_as_a_role_that_row_level_security_binds(servers: EmbeddedServers) -> None:
    connection = await asyncpg.connect(servers.postgres.url)
    try:
        role = await connection.fetchrow(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
    finally:
        await connection.close()

    assert role is not None
    assert tuple(role) == ("usher_app", False, False, False, False)


def test_postgres_is_as_durable_as_it_can_be(servers: EmbeddedServers) -> None:
    shown = servers.postgres.sql(
        "SHOW fsync; SHOW synchronous_commit; SHOW data_checksums; SHOW server_encoding"
    )

    assert shown.split() == ["on", "on", "on", "UTF8"]


def test_every_server_listens_on_the_loopback_interface_only(own: EmbeddedServers) -> None:
    for server in own:
        listening = [
            each.laddr
            for each in psutil.Process(server.pid).net_connections("inet")
            if each.status == psutil.CONN_LISTEN
        ]
        assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", server.port)}, (
            server.name
        )


async def test_nobody_comes_in_without_the_password(servers: EmbeddedServers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.postgres.url, password="wrong")
    with pytest.raises(NatsError):
        await nats.connect(f"nats://127.0.0.1:{servers.nats.port}", allow_reconnect=False)
    client = RedisClient(port=servers.redis.port)
    with pytest.raises(AuthenticationError):
        await client.ping()
    await client.aclose()


def test_no_password_is_on_a_command_line_or_in_a_readable_file(own: EmbeddedServers) -> None:
    passwords = tuple(vars(load_or_create(own.folder)).values())
    for server in own:
        command = " ".join(psutil.Process(server.pid).cmdline())
        assert not [each for each in passwords if each in command]
    for path in own.folder.rglob("*"):
        if path.is_file() and path.stat().st_mode & 0o077 and path.stat().st_size < 1_000_000:
            content = path.read_bytes()
            assert not [each for each in passwords if each.encode() in content], path


async def test_jetstream_keeps_eight_megabytes_and_has_a_limit(servers: EmbeddedServers) -> None:
    client = await nats.connect(servers.nats.url)
    try:
        account = await client.jetstream().account_info()
        assert client.max_payload == 8 * 1024**2
        assert account.limits.max_storage != 0
    finally:
        await client.close()


# --- what they survive ---------------------------------------------------------------------------


def test_postgres_keeps_what_was_committed_when_it_is_killed(own: EmbeddedServers) -> None:
    own.postgres.sql("CREATE TABLE rows (x int); INSERT INTO rows SELECT generate_series(1, 1000)")
    url = own.postgres.url

    own.postgres.kill()
    assert not own.postgres.running
    own.postgres.start()

    assert own.postgres.sql("SELECT count(*) FROM rows").strip() == "1000"
    assert own.postgres.url == url


async def test_postgres_comes_back_from_a_kill_with_clients_connected(own: EmbeddedServers) -> None:
    clients = [await asyncpg.connect(own.postgres.url) for _ in range(20)]

    own.postgres.kill()
    own.postgres.start()

    assert own.postgres.sql("SELECT 1").strip() == "1"
    for client in clients:
        client.terminate()


async def test_nats_comes_back_from_a_kill_with_its_streams_and_from_a_wipe_without(
    own: EmbeddedServers,
) -> None:
    async def streams() -> list[str]:
        client = await nats.connect(own.nats.url)
        try:
            return [info.config.name or "" for info in await client.jetstream().streams_info()]
        finally:
            await client.close()

    client = await nats.connect(own.nats.url)
    await client.jetstream().add_stream(name="KEPT", subjects=["kept.>"])
    await client.close()

    own.nats.kill()
    own.nats.start()
    assert await streams() == ["KEPT"]

    own.nats.kill()
    own.nats.wipe()
    own.nats.start()
    assert await streams() == []


async def test_redis_forgets_everything_when_it_restarts(own: EmbeddedServers) -> None:
    client = RedisClient.from_url(own.redis.url)
    await client.set("seen", "1")
    await client.aclose()

    own.redis.stop()
    own.redis.start()

    client = RedisClient.from_url(own.redis.url)
    assert await client.get("seen") is None
    await client.aclose()


def test_everything_is_still_there_the_next_day(folder: Path) -> None:
    ports = Ports(choose(), choose(), choose())
    with EmbeddedServers(folder, ports) as first:
        first.postgres.sql("CREATE TABLE kept (x int)")
        urls = first.urls()

    with EmbeddedServers(folder, ports) as second:
        assert second.urls() == urls
        assert second.postgres.sql("SELECT count(*) FROM kept").strip() == "0"


def test_a_running_server_is_not_wiped(servers: EmbeddedServers) -> None:
    for server in servers:
        with pytest.raises(ServerError, match="stop or kill it"):
            server.wipe()


# --- whose they are ------------------------------------------------------------------------------

OWNER = """
import sys, time
from pathlib import Path
from usher.embedded import EmbeddedServers, Ports
servers = EmbeddedServers(Path(sys.argv[1]), Ports(*map(int, sys.argv[2:])))
servers.start()
print(*(server.pid for server in servers), flush=True)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@dataclass(frozen=True)
class Elsewhere:
    """Another process that runs the servers on a folder."""

    process: subprocess.Popen[str]
    pids: list[int]
    folder: Path
    ports: Ports


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[tuple[Path, Ports]]:
    """One folder (and its ports) that its owners take turns with."""
    made = private_folder()
    yield made, Ports(choose(), choose(), choose())
    shutil.rmtree(made)


@pytest.fixture
async def elsewhere(shared_folder: tuple[Path, Ports]) -> AsyncIterator[Elsewhere]:
    folder, ports = shared_folder
    arguments = [str(folder), str(ports.postgres), str(ports.nats), str(ports.redis)]
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pids = [int(pid) for pid in process.stdout.readline().split()]
        assert len(pids) == 3
        yield Elsewhere(process, pids, folder, ports)
        process.kill()
    await eventually(lambda: not any(alive(pid) for pid in pids))


async def test_no_server_outlives_an_owner_that_is_killed(elsewhere: Elsewhere) -> None:
    assert all(alive(pid) for pid in elsewhere.pids)

    elsewhere.process.kill()

    await eventually(lambda: not any(alive(pid) for pid in elsewhere.pids))


async def test_the_folder_of_a_killed_owner_can_be_used_at_once(elsewhere: Elsewhere) -> None:
    elsewhere.process.kill()
    elsewhere.process.wait()

    with EmbeddedServers(elsewhere.folder, elsewhere.ports) as servers:
        assert servers.postgres.sql("SELECT 1").strip() == "1"


async def test_a_folder_has_one_owner_at_a_time(elsewhere: Elsewhere) -> None:
    with pytest.raises(ServerError, match=rf"process {elsewhere.process.pid}.*USHER_DATA_DIR"):
        EmbeddedServers(elsewhere.folder, elsewhere.ports)


async def test_another_process_finds_the_servers_that_run(elsewhere: Elsewhere) -> None:
    urls = running_urls(elsewhere.folder, elsewhere.ports)

    assert urls.database_url is not None
    connection = await asyncpg.connect(urls.database_url)
    await connection.close()

    elsewhere.process.kill()
    await eventually(lambda: not any(alive(pid) for pid in elsewhere.pids))
    assert running_urls(elsewhere.folder, elsewhere.ports).settings() == {}


def test_ctrl_c_in_our_terminal_does_not_reach_them(own: EmbeddedServers) -> None:
    for server in own:
        assert server.pid is not None
        assert os.getsid(server.pid) != os.getsid(0)


def test_a_server_of_a_crashed_run_is_ended_before_a_new_one_starts(folder: Path) -> None:
    first = Nats(folder / "nats", "password", choose())
    first.start()
    pid = first.pid
    assert pid is not None
    said: list[str] = []

    second = Nats(folder / "nats", "password", first.port, said.append)
    second.start()

    assert not alive(pid)
    assert said == ["stopped a NATS that an earlier run had left"]
    second.stop()
    first.stop()


# --- how they fail -------------------------------------------------------------------------------


def test_a_taken_port_names_the_setting_that_changes_it(folder: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", choose()))
        listener.listen()
        port = listener.getsockname()[1]

        servers = EmbeddedServers(folder, Ports(nats=port))
        with pytest.raises(ServerError, match=rf"Port {port} for NATS is taken.*USHER_NATS_PORT"):
            servers.start()

    assert not any(server.running for server in servers), "the others do not stay"
    servers.close()


def test_data_of_another_version_says_what_to_do(own: EmbeddedServers) -> None:
    own.postgres.stop()
    version = own.postgres.store / "PG_VERSION"
    version.write_text("12\n")

    with pytest.raises(
        ServerError, match=r"written by PostgreSQL 12 and this is PostgreSQL 18.*move that folder"
    ):
        own.postgres.start()

    version.write_text("18\n")
    own.postgres.start()


def test_a_server_that_does_not_come_up_shows_its_last_word(own: EmbeddedServers) -> None:
    own.postgres.stop()
    configuration = own.postgres.store / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "shared_buffers = nonsense\n")

    with pytest.raises(ServerError, match=r"PostgreSQL did not come up: .*postgresql.conf.*contains errors"):
        own.postgres.start()

    assert not own.postgres.running
    configuration.write_text(good)
    own.postgres.start()


def test_lost_passwords_are_noticed_before_anything_starts(folder: Path) -> None:
    with EmbeddedServers(folder, only={"postgres"}):
        pass
    (folder / "credentials.json").unlink()

    with pytest.raises(ServerError, match=r"credentials\.json.*is gone"):
        EmbeddedServers(folder, only={"postgres"})


def test_an_interrupted_first_start_is_started_over(folder: Path) -> None:
    half_made = folder / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    with EmbeddedServers(folder, only={"postgres"}) as servers:
        assert servers.postgres.sql("SELECT 1").strip() == "1"


def test_a_postmaster_lock_with_the_pid_of_another_program_is_no_obstacle(own: EmbeddedServers) -> None:
    lock = own.postgres.store / "postmaster.pid"
    lines = lock.read_text().splitlines()
    own.postgres.kill()
    # As after a reboot: the number now belongs to a program that is no PostgreSQL.
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        lock.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        own.postgres.start()
        other.kill()

    assert own.postgres.sql("SELECT 1").strip() == "1"
