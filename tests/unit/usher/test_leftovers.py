"""A server that a crashed run left behind is found and ended; nobody else's process ever is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from usher.embedded import leftovers


@pytest.fixture
def stubborn() -> Iterator[subprocess.Popen[bytes]]:
    """A process that ignores SIGTERM, and says when it does."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_child_of_an_earlier_run_is_recognised_and_ended(
    tmp_path: Path, stubborn: subprocess.Popen[bytes]
) -> None:
    pidfile = tmp_path / "usher.pid"
    leftovers.remember(pidfile, stubborn.pid)
    found = leftovers.find(pidfile)
    assert found is not None
    assert found.pid == stubborn.pid

    assert leftovers.end(pidfile, signal.SIGINT)

    assert not psutil.pid_exists(stubborn.pid)
    assert not pidfile.exists()


def test_a_child_that_ignores_the_polite_signal_is_killed(
    tmp_path: Path, stubborn: subprocess.Popen[bytes]
) -> None:
    pidfile = tmp_path / "usher.pid"
    leftovers.remember(pidfile, stubborn.pid)

    assert leftovers.end(pidfile, signal.SIGTERM, patience_seconds=0.2)

    assert not psutil.pid_exists(stubborn.pid)


def test_a_process_that_got_the_pid_later_is_left_alone(tmp_path: Path) -> None:
    pidfile = tmp_path / "usher.pid"
    born = psutil.Process().create_time()
    pidfile.write_text(json.dumps({"pid": os.getpid(), "born": born - 3600}))

    assert leftovers.find(pidfile) is None
    assert not leftovers.end(pidfile, signal.SIGKILL), "or this test would not see its end"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "no json", '{"pid": "x", "born": 1}'])
def test_a_broken_pid_file_names_nobody(tmp_path: Path, text: str) -> None:
    pidfile = tmp_path / "usher.pid"
    pidfile.write_text(text)

    assert leftovers.find(pidfile) is None


def test_a_zombie_counts_as_gone(tmp_path: Path) -> None:
    pidfile = tmp_path / "usher.pid"
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        leftovers.remember(pidfile, process.pid)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it ended, and nobody has reaped it

        assert leftovers.find(pidfile) is None
