"""Is a server of a crashed run still there? Remembers each child by pid and birth, and ends only our own."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psutil

PATIENCE_SECONDS = 10.0
SAME_BIRTH_SECONDS = 1.0


def remember(pidfile: Path, pid: int) -> None:
    """Write down the child `pid` with its birth, so that a later run can recognise it."""
    try:
        born = psutil.Process(pid).create_time()
    except psutil.Error:
        return
    pidfile.write_text(json.dumps({"pid": pid, "born": born}))


def find(pidfile: Path) -> psutil.Process | None:
    """The living process that `pidfile` speaks of, or None: a pid that was reused has another birth."""
    try:
        noted = json.loads(pidfile.read_text())
        process = psutil.Process(int(noted["pid"]))
        same = abs(process.create_time() - float(noted["born"])) < SAME_BIRTH_SECONDS
        alive = same and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if alive else None


def end(pidfile: Path, polite: signal.Signals, patience_seconds: float = PATIENCE_SECONDS) -> bool:
    """Stop the process `pidfile` speaks of: politely, then with SIGKILL. Returns whether it was there."""
    process = find(pidfile)
    if process is not None:
        for step in (polite, signal.SIGKILL):
            try:
                process.send_signal(step)
                process.wait(patience_seconds)
            except psutil.NoSuchProcess:
                break
            except psutil.TimeoutExpired:
                continue
            break
    pidfile.unlink(missing_ok=True)
    return process is not None


def running_in(folder: Path, program: Path) -> list[psutil.Process]:
    """Processes of `program` that work in `folder` (a killed postmaster leaves them for a moment)."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.exe() == str(program) and process.cwd() == str(folder)
        except (psutil.Error, OSError):
            continue
        if mine:
            found.append(process)
    return found
