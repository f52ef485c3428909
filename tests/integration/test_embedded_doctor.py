"""What the doctor finds on real servers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.migrate import migrate
from shared.settings import Settings
from usher.checks import State
from usher.configured import with_running_servers
from usher.embedded import EmbeddedServers, Nats, Ports
from usher.embedded.binaries import nats_server
from usher.embedded.ports import choose
from usher.reachable import check_migrations, check_nats, check_postgres, check_redis, check_servers


async def test_running_servers_are_reported_with_their_versions(
    servers: EmbeddedServers, settings: Settings
) -> None:
    await migrate(servers.postgres.owner_url, servers.postgres.url)

    found = {check.name: check for check in await check_servers(settings)}

    assert {check.state for check in found.values()} == {State.ok}, found
    assert found["PostgreSQL"].detail.startswith("18.")
    assert "usher_app" in found["PostgreSQL"].detail
    assert found["NATS"].detail.startswith("2.15")
    assert "JetStream" in found["NATS"].detail
    assert found["Redis"].detail[0].isdigit()


async def test_a_role_that_bypasses_row_level_security_is_a_problem(
    servers: EmbeddedServers, settings: Settings
) -> None:
    check = await check_postgres(settings.model_copy(update={"database_url": servers.postgres.owner_url}))

    assert check.state is State.problem
    assert "bypasses row-level security" in check.detail


async def test_a_database_that_was_not_migrated_says_what_to_run(
    servers: EmbeddedServers, settings: Settings
) -> None:
    servers.postgres.sql("CREATE DATABASE empty")
    assert settings.database_url is not None
    elsewhere = settings.database_url.rsplit("/", 1)[0] + "/empty"

    check = await check_migrations(settings.model_copy(update={"database_url": elsewhere}))

    assert check.state is State.problem
    assert "usher migrate" in check.advice


async def test_a_wrong_password_is_a_problem_that_does_not_show_it(settings: Settings) -> None:
    wrong = settings.model_copy(
        update={
            "nats_url": str(settings.nats_url).replace("usher:", "usher:wr0ng"),
            "redis_url": str(settings.redis_url).replace("//:", "//:wr0ng"),
            "database_url": str(settings.database_url).replace("usher_app:", "usher_app:wr0ng"),
        }
    )

    checks = [await check_nats(wrong), await check_redis(wrong), await check_postgres(wrong)]

    assert {check.state for check in checks} == {State.problem}
    assert not any("wr0ng" in check.detail + check.advice for check in checks)


@pytest.fixture
def plain_nats(tmp_path: Path) -> Iterator[str]:
    """A nats-server without JetStream."""
    server = Nats(tmp_path, "password", choose())
    command = [str(nats_server()), "-a", "127.0.0.1", "-p", str(server.port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "Server is ready" in line)
        yield f"nats://127.0.0.1:{server.port}"
        process.kill()


async def test_nats_without_jetstream_is_a_problem(plain_nats: str) -> None:
    check = await check_nats(Settings(nats_url=plain_nats))

    assert check.state is State.problem
    assert "no JetStream" in check.detail


async def test_servers_of_a_running_usher_are_found_from_elsewhere(servers: EmbeddedServers) -> None:
    ports = Ports(servers.postgres.port, servers.nats.port, servers.redis.port)
    settings = Settings(
        data_dir=servers.folder, postgres_port=ports.postgres, nats_port=ports.nats, redis_port=ports.redis
    )

    found = with_running_servers(settings)

    assert found.database_url == servers.postgres.url
    assert found.nats_url == servers.nats.url
    assert found.redis_url == servers.redis.url


async def test_a_configured_database_is_never_mixed_with_the_embedded_owner(servers: EmbeddedServers) -> None:
    settings = Settings(data_dir=servers.folder, database_url="postgresql://usher_app@db/usher")

    found = with_running_servers(settings)

    assert (found.database_url, found.database_owner_url) == ("postgresql://usher_app@db/usher", None)
