"""How is one child process kept running? Watched, started again with a growing delay, stopped for good."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from shared.errors import UsherError
from usher.embedded.spawn import launch_command

Progress = Callable[[str], None]
LineSink = Callable[[str, str], None]

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# Who ran this long was well: its next end starts again with the shortest delay.
WELL_SECONDS = 60.0
POLL_SECONDS = 0.1
LINE_LIMIT_BYTES = 1_000_000
LAST_WORDS_SECONDS = 2.0


class ChildError(UsherError):
    """A child process does not come up; the text says which, why, and its last line."""


@dataclass(frozen=True)
class ChildSpec:
    """What to run: `python <arguments>` with `environment` on top of the shared one.

    `ready_url` answers 200 once the child can work; None: it is ready when it runs.
    """

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready_url: str | None = None


class Child:
    """One supervised process. All methods belong to one event loop, whose thread must outlive the child."""

    def __init__(
        self, spec: ChildSpec, environment: Mapping[str, str], on_line: LineSink, progress: Progress
    ) -> None:
        """`on_line(name, line)` gets what the child prints; `progress` gets sentences about the child."""
        self.spec = spec
        self.name = spec.name
        self.last_line = ""
        self._environment = {**environment, **spec.environment, "PYTHONUNBUFFERED": "1"}
        self._on_line = on_line
        self._progress = progress
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ended: asyncio.Event | None = None
        self._wanted = False
        self._was_ready = False

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    async def start(self) -> None:
        """Start the process and its watch, once. Raises OSError when it cannot be started."""
        if self._task is not None and not self._task.done():
            return
        self._wanted = True
        self._was_ready = False
        await self._launch()
        self._task = asyncio.create_task(self._watch(), name=f"watch {self.name}")

    async def wait_ready(self, seconds: float = 60.0) -> None:
        """Return once the child can work. Raises ChildError when it ends first or takes longer."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not await self._is_ready():
            if not self._wanted or (self._task is not None and self._task.done()):
                raise ChildError(f"{self.name} did not start: {self.last_line or 'it printed nothing'}")
            if asyncio.get_running_loop().time() > deadline:
                raise ChildError(
                    f"{self.name} is not ready after {seconds:.0f} s; see {self.spec.ready_url} for what it "
                    f"waits for. It last said: {self.last_line or 'nothing'}"
                )
            await asyncio.sleep(POLL_SECONDS)
        self._was_ready = True

    async def stop(self, seconds: float = 15.0) -> None:
        """SIGTERM, then SIGKILL after `seconds`; it is not started again."""
        await self._end(signal.SIGTERM, seconds)

    async def kill(self) -> None:
        """SIGKILL it and what it started, as a crash would; it is not started again."""
        await self._end(signal.SIGKILL, LONGEST_DELAY_SECONDS)

    def kill_now(self) -> None:
        """SIGKILL it and what it started, without waiting for the end."""
        self._wanted = False
        if self._process is not None and self.running:
            _signal_group(self._process.pid, signal.SIGKILL)

    # --- inside ------------------------------------------------------------------------------

    async def _launch(self) -> None:
        # A pipe of our own: asyncio's would make wait() last until the child's children close it, too.
        reading, writing = os.pipe()
        try:
            # The death signal is SIGKILL: whoever killed us does not wait for a graceful end.
            self._process = await asyncio.create_subprocess_exec(
                *launch_command([sys.executable, *self.spec.arguments], death_signal=signal.SIGKILL),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                env=self._environment,
                start_new_session=True,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._reading = asyncio.create_task(self._read(reading), name=f"read {self.name}")

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY_SECONDS
        while True:
            started = loop.time()
            status = await self._until_exit()
            if not self._wanted:
                return
            if not self._was_ready:
                self._wanted = False
                return
            if loop.time() - started > WELL_SECONDS:
                delay = FIRST_DELAY_SECONDS
            self._progress(f"{self.name} {describe_exit(status)}; starting it again in {delay:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stop_asked().wait()
            if not self._wanted:
                return
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)
            await self._launch()
            if not self._wanted:  # told to stop while the process was made
                self._signal(signal.SIGKILL)

    async def _until_exit(self) -> int:
        process, reading = self._process, self._reading
        if process is None or reading is None:  # pragma: no cover  _launch was just awaited
            raise RuntimeError("no process to watch")
        status = await process.wait()
        # What it started itself (ffmpeg, ...) is in its session and group; it must not stay.
        _signal_group(process.pid, signal.SIGKILL)
        await asyncio.wait({reading}, timeout=LAST_WORDS_SECONDS)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return status

    async def _read(self, descriptor: int) -> None:
        reader = asyncio.StreamReader(LINE_LIMIT_BYTES)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
        )
        try:
            while True:
                try:
                    raw = await reader.readline()
                except ValueError:  # a line longer than the limit: what was read of it is dropped
                    continue
                if not raw:
                    return
                line = raw.decode(errors="replace").rstrip("\r\n")
                self.last_line = line.strip() or self.last_line
                self._on_line(self.name, line)
        finally:
            transport.close()

    def _stop_asked(self) -> asyncio.Event:
        if self._ended is None:
            self._ended = asyncio.Event()
        return self._ended

    async def _end(self, how: signal.Signals, seconds: float) -> None:
        self._wanted = False
        self._stop_asked().set()
        if self._process is not None and self.running:
            self._signal(how)
            try:
                async with asyncio.timeout(seconds):
                    await self._process.wait()
            except TimeoutError:
                self._progress(f"{self.name} did not stop within {seconds:.0f} s: killed")
                self._signal(signal.SIGKILL)
        if self._task is not None:
            await self._task
        self._task = None
        self._ended = None

    def _signal(self, how: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(how)

    async def _is_ready(self) -> bool:
        if not self.running:
            return False
        return self.spec.ready_url is None or await asyncio.to_thread(answers_ok, self.spec.ready_url)


def answers_ok(url: str) -> bool:
    """Whether a GET of this http address answers 200 within two seconds (no proxy is asked)."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == 200
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()


def describe_exit(status: int) -> str:
    """`ended with status 1`, or `was killed by SIGKILL`."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def _signal_group(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, how)
