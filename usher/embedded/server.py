"""What is one embedded server? A direct child to start, stop, kill and wipe, with errors one can act on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from usher.embedded import leftovers, ports
from usher.embedded.errors import ServerError
from usher.embedded.spawn import Account, spawn

START_SECONDS = 30.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.01
LOG_LIMIT_BYTES = 10_000_000
LOUD_LINE = re.compile(r"FATAL|PANIC|\[FTL\]|fatal|[Ee]rror|unable|cannot|Could not|can't")

Progress = Callable[[str], None]


def quiet(_line: str) -> None:
    """The progress callback that says nothing."""


class Server(ABC):
    """A server as our direct child, on a loopback port, with its store and log below `folder`.

    Not thread-safe: one thread at a time drives one server. Every method that fails raises ServerError.
    """

    name: str
    port_setting: str
    url_setting: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, port: int = 0, progress: Progress = quiet) -> None:
        """`folder` is this server's own; a `port` of 0 takes a free one, kept for the life of the object."""
        self.folder = folder.absolute()
        self.port = port or ports.choose()
        self._progress = progress
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    # --- what each server says ---------------------------------------------------------------

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the services connect, with user and password."""

    @property
    @abstractmethod
    def store(self) -> Path:
        """The folder that `wipe` deletes."""

    @abstractmethod
    def _prepare(self) -> None:
        """Make everything that the first start needs (folders, configuration)."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Program (absolute) and arguments; no secrets, everybody on the machine can read them."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server takes connections now (one quick look)."""

    def _finish(self) -> None:  # noqa: B027  most need nothing
        """What is left to do once it answers, the first time."""

    def _retryable(self, _line: str) -> bool:
        """Whether an exit with this last log line may pass by itself."""
        return False

    def _account(self) -> Account | None:
        return None

    # --- what callers use --------------------------------------------------------------------

    @property
    def log(self) -> Path:
        """The file its output goes to."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process and self.running else None

    @property
    def running(self) -> bool:
        """Whether our child is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def seen_running(self) -> bool:
        """Whether a child of any Usher process runs on this folder, to judge by its pid file."""
        return leftovers.find(self._pidfile) is not None

    def start(self) -> None:
        """Start and return once it answers; nothing to do when it runs. Its url stays the same."""
        if self.running:
            return
        try:
            if leftovers.end(self._pidfile, self.stop_signal):
                self._progress(f"stopped a {self.name} that an earlier run had left")
            self._prepare()
        except OSError as error:
            raise ServerError(f"{self.name} cannot use {self.folder}: {error.strerror or error}.") from error
        if not ports.is_free(self.port):
            raise ServerError(
                f"Port {self.port} for {self.name} is taken: stop what listens there, "
                f"or set {self.port_setting} to a free port."
            )
        deadline = time.monotonic() + START_SECONDS
        self._launch()
        while not self._came_up(deadline):
            time.sleep(0.1)
            self._launch()
        self._finish()

    def stop(self) -> None:
        """Stop it politely (SIGKILL when it takes too long); nothing to do when it does not run."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._gone()

    def kill(self) -> None:
        """SIGKILL it, as a crash would; returns when it is gone."""
        if self._process is not None:
            self._process.kill()
            self._gone()

    def wipe(self) -> None:
        """Delete everything it stored. Raises ServerError while it runs."""
        if self.running:
            raise ServerError(f"{self.name} runs: stop or kill it before wiping its store.")
        remove_tree(self.store)

    # --- inside ------------------------------------------------------------------------------

    @property
    def _pidfile(self) -> Path:
        return self.folder / "usher.pid"

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self._process = spawn(
            self._command(),
            log=self.log,
            cwd=self.folder,
            environment=child_environment(),
            death_signal=self.stop_signal,
            account=self._account(),
        )
        leftovers.remember(self._pidfile, self._process.pid)

    def _came_up(self, deadline: float) -> bool:
        """Wait for the child to answer. False: it ended, and another try may work."""
        while self.running:
            if self._answers():
                return True
            if time.monotonic() > deadline:
                line = self._last_line()
                self.kill()
                raise ServerError(
                    f"{self.name} did not answer in {START_SECONDS:.0f} s: {line} (log: {self.log})."
                )
            time.sleep(POLL_SECONDS)
        line = self._last_line()
        self._gone()
        if self._retryable(line) and time.monotonic() < deadline:
            return False
        raise ServerError(f"{self.name} did not come up: {line} (log: {self.log}).")

    def _gone(self) -> None:
        if self._process is not None:
            self._process.wait()
        self._process = None
        self._pidfile.unlink(missing_ok=True)

    def _last_line(self) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(self._log_start)
                text = file.read().decode(errors="replace")
        except OSError:
            return "it wrote no log"
        return last_telling_line(text)


def last_telling_line(text: str) -> str:
    """The last line of a log that names a failure, else the last line, else a sentence that there is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    loud = [line for line in lines if LOUD_LINE.search(line)]
    chosen = (loud or lines or ["it wrote nothing to its log"])[-1]
    return chosen.rstrip(".")


def child_environment() -> Mapping[str, str]:
    """The environment of a server: nothing of ours but the search path (no secrets, no locale surprises)."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def remove_tree(folder: Path) -> None:
    """Delete `folder` and all in it; a folder that is not there is fine."""
    if folder.exists():
        shutil.rmtree(folder)
