"""`usher up` as a whole: children get their servers, come back when they die, and nothing is left when it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from shared.settings import OPS_PORTS, Settings
from tests.integration.conftest import eventually
from usher.child import ChildError, ChildSpec
from usher.embedded import ServerError
from usher.embedded.ports import choose
from usher.supervisor import Supervisor, missing_servers, ops_port_of, service_child, service_children

WORKER = """
import os, time
print(os.environ["USHER_NATS_URL"], os.environ["USHER_REDIS_URL"], flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="usher-tests-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def private_settings(folder: Path, **changes: object) -> Settings:
    """Settings on free ports; PostgreSQL is said to be elsewhere, because nothing here needs it."""
    values: dict[str, object] = {
        "data_dir": folder,
        "database_url": "postgresql://usher_app@127.0.0.1:1/usher",
        "nats_port": choose(),
        "redis_port": choose(),
        "http_port": choose(),
        "ops_port": choose(len(OPS_PORTS)),
    }
    return Settings.model_validate(values | changes)


class Log:
    """What was said and printed."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.lines: list[tuple[str, str]] = []

    def on_line(self, name: str, line: str) -> None:
        self.lines.append((name, line))


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def running(folder: Path, log: Log) -> AsyncIterator[Supervisor]:
    """A supervisor with NATS, Redis and one child called `worker`."""
    supervisor = Supervisor(
        private_settings(folder),
        services=(),
        children=[ChildSpec("worker", ("-c", WORKER))],
        progress=log.sentences.append,
        on_line=log.on_line,
    )
    async with supervisor:
        yield supervisor


async def test_a_child_gets_the_servers_that_were_started_for_it(running: Supervisor, log: Log) -> None:
    await eventually(lambda: log.lines)

    assert log.lines == [("worker", f"{running.settings.nats_url} {running.settings.redis_url}")]
    assert set(running.names) == {"nats", "redis", "worker"}


async def test_a_server_that_is_configured_is_not_started(running: Supervisor) -> None:
    assert running.embedded is not None
    assert "postgres" not in running.names
    assert not running.embedded.postgres.running


async def test_a_killed_child_stays_down_until_it_is_restarted(running: Supervisor) -> None:
    await running.kill("worker")
    assert not running.child("worker").running

    await running.restart("worker")

    assert running.child("worker").running


async def test_a_server_that_dies_by_itself_is_started_again(running: Supervisor, log: Log) -> None:
    assert running.embedded is not None
    nats = running.embedded.nats
    first = nats.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)

    await eventually(lambda: nats.running and nats.pid != first)
    assert any("NATS ended" in sentence for sentence in log.sentences)


async def test_a_killed_server_stays_down_until_it_is_restarted_empty(running: Supervisor) -> None:
    assert running.embedded is not None
    nats = running.embedded.nats
    await running.kill("nats")
    (nats.store / "left-over").mkdir(parents=True, exist_ok=True)
    assert not nats.running

    await running.restart("nats", wipe=True)

    assert nats.running
    assert not (nats.store / "left-over").exists()


async def test_a_child_can_be_added_while_the_rest_runs(running: Supervisor) -> None:
    await running.add(ChildSpec("second", ("-c", WORKER)))

    assert running.child("second").running


async def test_an_unknown_name_is_refused(running: Supervisor) -> None:
    with pytest.raises(KeyError):
        await running.kill("billing")
    with pytest.raises(KeyError):
        await running.restart("postgres")


async def test_a_child_that_cannot_start_stops_everything_with_its_sentence(folder: Path) -> None:
    supervisor = Supervisor(
        private_settings(folder),
        services=(),
        children=[
            ChildSpec("worker", ("-c", WORKER)),
            ChildSpec("broken", ("-c", "print('USHER_X is not set')"), ready_url="http://127.0.0.1:1/"),
        ],
    )

    with pytest.raises(ChildError, match="broken did not start: USHER_X is not set"):
        async with supervisor:
            pytest.fail("it must not start")

    assert supervisor.names == ()
    assert not any((folder / name / "usher.pid").exists() for name in ("nats", "redis"))


@pytest.mark.parametrize(
    ("port", "setting"), [("http_port", "USHER_HTTP_PORT"), ("ops_port", "USHER_OPS_PORT")]
)
async def test_a_taken_port_is_told_before_anything_starts(folder: Path, port: str, setting: str) -> None:
    settings = private_settings(folder)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", getattr(settings, port)))
        listener.listen()

        with pytest.raises(ServerError, match=rf"Port {getattr(settings, port)} for .* is taken.*{setting}"):
            await Supervisor(settings).start()

    assert list(folder.iterdir()) == []


def test_only_servers_without_a_url_are_missing() -> None:
    assert missing_servers(Settings()) == {"postgres", "nats", "redis"}
    assert missing_servers(Settings(nats_url="nats://n", redis_url="redis://r")) == {"postgres"}


def test_each_service_has_its_own_health_port() -> None:
    usual = [ops_port_of(Settings(), name) for name in OPS_PORTS]
    moved = [ops_port_of(Settings(ops_port=9300), name) for name in OPS_PORTS]

    assert usual == list(OPS_PORTS.values())
    assert moved == [9300, 9301, 9302, 9303, 9304]


def test_a_second_instance_has_its_own_name_and_port() -> None:
    spec = service_child(Settings(), "booking", name="booking-2", ops_port=9399)

    assert (spec.name, spec.arguments) == ("booking-2", ("-m", "usher", "run", "booking"))
    assert spec.environment["USHER_OPS_PORT"] == "9399"
    assert spec.ready_url == "http://127.0.0.1:9399/health/ready"


def test_as_many_instances_of_booking_are_started_as_are_set_each_with_its_name_and_port() -> None:
    started = service_children(Settings(booking_instances=3), ("agent", "booking"))

    assert [(spec.name, spec.arguments[-1], spec.environment["USHER_OPS_PORT"]) for spec in started] == [
        ("agent", "agent", "9102"),
        ("booking", "booking", "9103"),
        ("booking-2", "booking", "9113"),
        ("booking-3", "booking", "9123"),
    ]


# --- in a terminal -------------------------------------------------------------------------------

FOREGROUND = """
import asyncio, json, sys
from shared.settings import Settings
from usher.child import ChildSpec
from usher.foreground import run_until_stopped
from usher.supervisor import Supervisor

worker = ChildSpec("worker", ("-c", sys.argv[2]))
supervisor = Supervisor(Settings.model_validate(json.loads(sys.argv[1])), services=(), children=[worker])

async def ready(running):
    servers = [server.pid for server in running.embedded]
    print(json.dumps([*servers, running.child("worker").pid]), flush=True)

asyncio.run(run_until_stopped(supervisor, lambda sentence: print(sentence, flush=True), ready))
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Foreground:
    """`run_until_stopped` in a process of its own, as in a terminal."""

    def __init__(self, folder: Path, worker: str) -> None:
        settings = private_settings(folder).model_dump(mode="json", exclude_none=True)
        arguments = [sys.executable, "-c", FOREGROUND, json.dumps(settings), worker]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.process.stdout is not None
        self.output = self.process.stdout
        self.pids: list[int] = json.loads(self.output.readline())

    def left(self) -> list[int]:
        """Those of its processes that are still alive."""
        found = []
        for pid in self.pids:
            with suppress(psutil.NoSuchProcess):
                if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    found.append(pid)
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.output.close()


@pytest.fixture
def foreground(folder: Path, request: pytest.FixtureRequest) -> Iterator[Foreground]:
    made = Foreground(folder, getattr(request, "param", WORKER))
    assert len(made.left()) == 3
    yield made
    made.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_stops_everything_and_leaves_no_process(
    foreground: Foreground, how: signal.Signals
) -> None:
    foreground.process.send_signal(how)

    assert foreground.process.wait(30) == 0
    assert foreground.left() == []
    assert foreground.output.read().splitlines()[-1] == "stopped"


@pytest.mark.parametrize("foreground", [STUBBORN], indirect=True)
async def test_a_second_ctrl_c_does_not_wait(foreground: Foreground) -> None:
    foreground.process.send_signal(signal.SIGINT)
    assert "again to kill" in foreground.output.readline()

    foreground.process.send_signal(signal.SIGINT)

    assert foreground.process.wait(10) == 130
    await eventually(lambda: not foreground.left())


async def test_nothing_outlives_a_supervisor_that_is_killed(foreground: Foreground) -> None:
    foreground.process.kill()

    await eventually(lambda: not foreground.left())
