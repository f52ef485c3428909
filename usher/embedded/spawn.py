"""How do we start a child that cannot outlive us and that Ctrl-C does not reach?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Account:
    """The operating system user a child runs as."""

    name: str
    uid: int
    gid: int


def launch_command(
    command: Sequence[str], *, death_signal: signal.Signals, account: Account | None = None
) -> list[str]:
    """The argv that runs `command` (absolute program) as `account`; `death_signal` reaches it when we die."""
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    prefix = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(death_signal))]
    return [*prefix, str(uid), str(gid), *command]


class _Spawner:
    """Forks from one thread that lives as long as the process.

    Linux sends the parent-death signal when the *thread* that forked ends: a child started from a pool
    thread would die with the pool.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._pool: ThreadPoolExecutor | None = None

    def pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None or self._pid != os.getpid():  # threads do not survive a fork
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="usher-spawn")
                self._pid = os.getpid()
            return self._pool


_spawner = _Spawner()


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    environment: Mapping[str, str],
    death_signal: signal.Signals,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own with its output appended to `log`.

    Raises OSError when it cannot be started.
    """

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  our own binaries, no shell
                launch_command(command, death_signal=death_signal, account=account),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(environment),
                start_new_session=True,
            )

    return _spawner.pool().submit(start).result()
