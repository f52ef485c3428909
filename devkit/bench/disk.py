"""What does the disk itself do while a load runs? A process of its own writes and syncs a block every 25 ms beside it.

`python -m devkit.bench.disk FOLDER SECONDS` prints `ready`, probes for so long, and prints what it found as JSON. And
where is a folder in memory, for the same load without a disk?
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import psutil

BLOCK = 8192
"""Bytes: one page of PostgreSQL's."""

BLOCKS = 256
EVERY_SECONDS = 0.025
SLOW_MS = 20.0
_STARTING_SECONDS = 30.0
_KERNELS_OWN = ("/proc", "/sys", "/run")


@dataclass(frozen=True, slots=True)
class Syncs:
    """How long syncs took, in milliseconds. `slow_share`: the part of the time (0 to 1) spent in those above 20 ms."""

    count: int
    p50: float
    p95: float
    longest: float
    slow_share: float

    def __str__(self) -> str:
        return (
            f"fdatasync of {BLOCK // 1024} KiB p50 {self.p50:.1f}, p95 {self.p95:.1f}, longest {self.longest:,.0f} ms, "
            f"{100 * self.slow_share:.1f} % of the time in syncs above {SLOW_MS:g} ms ({self.count:,} syncs)"
        )


def summary(milliseconds: Sequence[float], seconds: float) -> Syncs:
    """What these syncs (two or more) say of a disk that was watched for so long."""
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    slow = sum(each for each in milliseconds if each > SLOW_MS)
    return Syncs(len(milliseconds), cuts[49], cuts[94], max(milliseconds), slow / 1000 / seconds)


def probe(folder: Path, seconds: float) -> Syncs:
    """Write a block and sync it every 25 ms, in a file that is gone afterwards."""
    sync = getattr(os, "fdatasync", os.fsync)  # macOS has the latter only
    path = folder / f"disk-probe-{os.getpid()}"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        # Really written, as a recycled piece of PostgreSQL's log is: what is merely reserved costs more to write first.
        os.write(file, bytes(BLOCK * BLOCKS))
        os.fsync(file)
        print("ready", flush=True)  # whoever started us waits for it
        taken: list[float] = []
        start = due = time.perf_counter()
        block = os.urandom(BLOCK)
        while due < start + seconds or len(taken) < 2:
            time.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            os.pwrite(file, block, BLOCK * (len(taken) % BLOCKS))
            sync(file)
            taken.append(1000 * (time.perf_counter() - began))
            due = max(due + EVERY_SECONDS, time.perf_counter())
        return summary(taken, time.perf_counter() - start)
    finally:
        os.close(file)
        path.unlink()


class Probe:
    """A probe that runs; `found` waits for its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def found(self) -> Syncs:
        """What it measured. Raises RuntimeError when it failed."""
        output, _ = await self._process.communicate()
        if self._process.returncode:
            raise RuntimeError(f"the disk probe ended with {self._process.returncode}: see its message above")
        return Syncs(**json.loads(output))


@asynccontextmanager
async def probing(folder: Path, seconds: float) -> AsyncIterator[Probe]:
    """The disk of `folder` is probed for so long from now on, by a process that has already started."""
    command = (sys.executable, "-m", "devkit.bench.disk", str(folder), f"{seconds:g}")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None  # asked for above
        async with asyncio.timeout(_STARTING_SECONDS):
            if await process.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the disk probe cannot write into {folder}: see its message above")
        yield Probe(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def in_memory(wanted: int) -> Path | None:
    """A folder on a memory file system that can take `wanted` bytes more, the roomiest; None where there is none."""
    # Its size is only a limit: the room must be there in memory, too.
    if psutil.virtual_memory().available < wanted:
        return None
    mounts = (
        each.mountpoint
        for each in psutil.disk_partitions(all=True)
        if each.fstype == "tmpfs" and "rw" in each.opts.split(",")
    )
    rooms = {folder: psutil.disk_usage(str(folder)).free for folder in usable(mounts)}
    roomy = [folder for folder, free in rooms.items() if free >= wanted]
    return max(roomy, key=lambda folder: rooms[folder], default=None)


def usable(mounts: Iterable[str]) -> list[Path]:
    """Those of the mount points that programs may fill: there, writable, and none of the kernel's or the system's own."""
    folders = [Path(each) for each in dict.fromkeys(mounts)]
    return [
        folder
        for folder in folders
        if not any(folder.is_relative_to(own) for own in _KERNELS_OWN)
        and folder.is_dir()
        and os.access(folder, os.W_OK | os.X_OK)
    ]


if __name__ == "__main__":
    print(json.dumps(asdict(probe(Path(sys.argv[1]), float(sys.argv[2])))))
