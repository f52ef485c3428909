"""What a bench writes down: figures with the peer they are measured against, as JSON and as a page for people."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One measured value and its peer, both in `unit`, from the same run. `ratio` is value / peer.

    The target, where there is one: `at_most` or `at_least` for the value, or `ratio_at_least`.
    """

    name: str
    value: float
    unit: str
    peer: float
    peer_is: str
    note: str = ""
    at_most: float | None = None
    ratio_at_least: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float:
        """Our value by the peer's."""
        return self.value / self.peer if self.peer else 0.0

    @property
    def target(self) -> str:
        """The target in words; empty when there is none."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}"
        if self.at_least is not None:
            return f"≥ {self.at_least:g} {self.unit}"
        return f"ratio ≥ {self.ratio_at_least:g}" if self.ratio_at_least is not None else ""

    @property
    def reached(self) -> bool:
        """Whether the value meets its target (true when there is none)."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.ratio_at_least is None or self.ratio >= self.ratio_at_least


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """`{name: {value, unit, peer, ratio}}`, with `target` and `reached` where there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        f.name: {
            "value": round(f.value, 2),
            "unit": f.unit,
            "peer": round(f.peer, 2),
            "ratio": round(f.ratio, 3),
            **({"target": f.target, "reached": f.reached} if f.target else {}),
        }
        for f in figures
    }
    path.write_text(json.dumps(document, indent=2) + "\n")


def write_page(figures: Sequence[Figure], path: Path, today: date, load: float | None = None) -> None:
    """`docs/benchmarks.md`: the table, the machine and how to run it again. `load`: its load average before."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Speeds of one machine say little about another; the ratios, each measured within the",
        "same run on the same machine, say more.",
        "",
        f"Machine: {machine()}. Date: {today.isoformat()}. Everything (servers, services, load) ran on it together."
        + (
            ""
            if load is None
            else f" Load average before: {load:.1f} (what others did on it slows the figures)."
        ),
        "",
        "| figure | ours | peer | ratio | the peer | target | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for f in figures:
        lines.append(
            f"| {f.name} | {figures_of(f.value)} {f.unit} | {figures_of(f.peer)} {f.unit} | {f.ratio:.2f} | {f.peer_is} |"
            f" {f.target} | {('yes' if f.reached else '**no**') if f.target else ''} |"
        )
    lines.append("")
    lines += [f"- **{f.name}**: {f.note}." for f in figures if f.note]
    path.write_text("\n".join(lines) + "\n")


def figures_of(value: float) -> str:
    """A number as people read it: tenths below 100."""
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def machine() -> str:
    """Processor, cores, memory and Python of this machine."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return f"{os.cpu_count()} × {model}, {pages:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
