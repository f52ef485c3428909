"""A supervised process: watched, started again, stopped for good, with nothing left behind (real processes)."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import psutil
import pytest

from usher.child import Child, ChildError, ChildSpec, answers_ok, describe_exit

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"


class Watcher:
    """Collects what a child prints and what is said about it; lets a test wait for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sentences: list[str] = []
        self._news = asyncio.Condition()

    def on_line(self, _name: str, line: str) -> None:
        self.lines.append(line)
        self._tell()

    def progress(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self._tell()

    def _tell(self) -> None:
        asyncio.get_running_loop().create_task(self._notify())

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, check: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(check)


Start = Callable[..., Child]


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
async def child_of(watcher: Watcher) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        def make(code: str, environment: dict[str, str] | None = None, ready_url: str | None = None) -> Child:
            spec = ChildSpec("worker", ("-c", code), environment or {}, ready_url)
            child = Child(spec, dict(os.environ), watcher.on_line, watcher.progress)
            stack.push_async_callback(child.kill)
            return child

        yield make


async def test_a_child_prints_to_us_and_runs_until_it_is_stopped(child_of: Start, watcher: Watcher) -> None:
    child = child_of(SLEEPER)
    await child.start()
    await child.wait_ready()
    await watcher.until(lambda: watcher.lines == ["up"])
    pid = child.pid
    assert pid is not None

    await child.stop()

    assert not child.running
    assert not psutil.pid_exists(pid)
    assert watcher.sentences == [], "an end that was asked for is not news"


async def test_a_child_that_dies_is_started_again_and_we_are_told(child_of: Start, watcher: Watcher) -> None:
    child = child_of(SLEEPER)
    await child.start()
    await child.wait_ready()
    first = child.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    await watcher.until(lambda: child.running and child.pid != first)

    assert watcher.sentences == ["worker was killed by SIGKILL; starting it again in 0.5 s"]


async def test_a_child_that_was_killed_on_purpose_stays_down_until_it_is_started(child_of: Start) -> None:
    child = child_of(SLEEPER)
    await child.start()
    await child.wait_ready()

    await child.kill()
    assert not child.running

    await child.start()
    await child.wait_ready()
    assert child.running


async def test_a_child_that_ends_before_it_is_ready_fails_with_its_last_line(child_of: Start) -> None:
    child = child_of("print('first'); print('USHER_X is not set')", ready_url="http://127.0.0.1:1/")
    await child.start()

    with pytest.raises(ChildError, match="worker did not start: USHER_X is not set"):
        await child.wait_ready()


async def test_a_child_that_is_never_ready_fails_with_where_to_look(child_of: Start) -> None:
    child = child_of(SLEEPER, ready_url="http://127.0.0.1:1/health/ready")
    await child.start()

    with pytest.raises(ChildError, match=r"not ready after 0 s; see http://127.0.0.1:1/health/ready"):
        await child.wait_ready(seconds=0)


async def test_what_a_child_started_itself_goes_with_it(child_of: Start, watcher: Watcher) -> None:
    code = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '600']); print(p.pid, flush=True); time.sleep(600)"
    child = child_of(code)
    await child.start()
    await watcher.until(lambda: bool(watcher.lines))
    grandchild = psutil.Process(int(watcher.lines[0]))

    await child.stop()

    async with asyncio.timeout(20):
        while grandchild.is_running() and grandchild.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


async def test_a_child_that_does_not_stop_in_time_is_killed(child_of: Start, watcher: Watcher) -> None:
    child = child_of(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    await child.start()
    await watcher.until(lambda: watcher.lines == ["up"])

    await child.stop(seconds=0.1)

    assert not child.running
    assert watcher.sentences == ["worker did not stop within 0 s: killed"]


async def test_ctrl_c_in_our_terminal_does_not_reach_a_child(child_of: Start) -> None:
    child = child_of(SLEEPER)
    await child.start()

    assert child.pid is not None
    assert os.getsid(child.pid) != os.getsid(0)


async def test_its_environment_is_not_on_its_command_line(child_of: Start, watcher: Watcher) -> None:
    code = "import os, time; print(os.environ['USHER_NATS_URL'], flush=True); time.sleep(600)"
    child = child_of(code, {"USHER_NATS_URL": "nats://usher:s3cret@localhost"})
    await child.start()
    await watcher.until(lambda: watcher.lines == ["nats://usher:s3cret@localhost"])

    assert "s3cret" not in " ".join(psutil.Process(child.pid).cmdline())
    assert "s3cret" not in repr(child.spec)


async def test_a_very_long_line_does_not_stop_the_reading(child_of: Start, watcher: Watcher) -> None:
    child = child_of("import time; print('x' * 3_000_000); print('after', flush=True); time.sleep(600)")
    await child.start()

    await watcher.until(lambda: "after" in watcher.lines)


def test_exits_are_described_in_words() -> None:
    assert describe_exit(3) == "ended with status 3"
    assert describe_exit(-9) == "was killed by SIGKILL"
    assert describe_exit(-250) == "was killed by signal 250"


def test_nobody_listening_is_not_ready() -> None:
    assert not answers_ok("http://127.0.0.1:1/health/ready")
