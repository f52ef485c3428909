"""What the bench says of the disk, and of a load with and without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from devkit.bench.disk import in_memory, probing, summary, usable
from devkit.bench.filling import Size
from devkit.bench.mix import SHARES
from devkit.bench.mixed import Run, figures_in_memory, figures_on_disk
from devkit.bench.open_loop import Answers


def run(milliseconds: float, syncs: Sequence[float] = (1.0, 1.0)) -> Run:
    """Every kind was answered in so many milliseconds, ten times."""
    answers = Answers()
    for kind in SHARES:
        answers.milliseconds[kind] += [milliseconds] * 10
    return Run(answers, Size(2, 1_000, 10_000, 2_000, 22 * 1024**2, 1.0), summary(syncs, 10))


def test_only_slow_syncs_count_as_time_lost() -> None:
    found = summary([1.0] * 98 + [20.0, 500.0], seconds=10)
    assert found.slow_share == pytest.approx(0.05)
    assert (found.count, found.p50, found.p95, found.longest) == (100, 1.0, 1.0, 500.0)
    assert "longest 500 ms, 5.0 % of the time in syncs above 20 ms (100 syncs)" in str(found)


async def test_the_probe_syncs_beside_the_load_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with probing(tmp_path, 0.2) as probe:
        found = await probe.found()
    assert 1 < found.count <= 9
    assert 0 < found.p50 <= found.p95 <= found.longest
    assert list(tmp_path.iterdir()) == []


async def test_a_probe_that_cannot_write_says_where(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"cannot write into .*nowhere"):
        async with probing(tmp_path / "nowhere", 0.1):
            pass


async def test_a_load_that_fails_ends_its_probe(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with probing(tmp_path, 3600):
            raise ZeroDivisionError


def test_memory_that_is_not_there_is_not_found() -> None:
    assert in_memory(2**60) is None


def test_the_kernel_s_own_file_systems_and_what_is_not_there_are_no_place_for_data(tmp_path: Path) -> None:
    mounts = ["/sys/fs/cgroup", "/proc", "/run/user/0", str(tmp_path), str(tmp_path / "gone"), str(tmp_path)]
    assert usable(mounts) == [tmp_path]


def test_figures_on_disk_keep_their_targets_and_say_what_the_disk_did() -> None:
    figures = {f.name: f for f in figures_on_disk(run(4.0, [0.5, 0.5]), run(12.0, [0.5, 700.0]), 30)}
    commands = figures["commands_p95"]
    assert (commands.value, commands.peer, commands.ratio) == (12.0, 4.0, 3.0)
    assert (commands.target, commands.reached) == ("≤ 10 ms", False)
    assert "the disk itself meanwhile: " in commands.note
    assert "longest 700 ms" in commands.note
    assert [n for n in figures if "without_disk" in n] == []


def test_figures_without_disk_have_the_same_targets_and_say_what_they_lack() -> None:
    figures = {f.name: f for f in figures_in_memory(run(3.0), run(4.5))}
    targets = {name: (f.at_most, f.peer, f.reached) for name, f in figures.items()}
    assert targets == {
        "commands_p95_without_disk": (10.0, 3.0, True),
        "session_queries_p95_without_disk": (5.0, 3.0, True),
        "slot_queries_p95_without_disk": (5.0, 3.0, True),
    }
    assert all("lack what durability costs on this disk" in f.note for f in figures.values())
