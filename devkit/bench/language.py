"""How often are times understood, per language and kind, and how fast? On examples that lie beside the project."""

from __future__ import annotations

import importlib.util
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from devkit.bench.mixed import p95, spread
from devkit.bench.report import Figure
from services.agent.language.jsonlines import answer_lines

BESIDE: Final = Path(__file__).resolve().parents[3] / "shared"
"""Examples of other people (`data/language`) and the rule by which they are scored (`tools/score_times.py`)."""

Row = Mapping[str, Any]
Summary = Mapping[str, Mapping[str, float]]

TARGETS: Final = {
    "en core": ("times.jsonl", "CORE", 85.0, 70.4, "Recognizers-Text"),
    "en customer turns": ("times.jsonl", "core customer turn", 90.0, 81.3, "Recognizers-Text"),
    "en no time": ("times.jsonl", "none (core)", 95.0, 84.0, "chrono-node"),
    "es core": ("times_es.jsonl", "CORE", 75.0, 63.0, "Duckling"),
    "pt core": ("times_pt.jsonl", "CORE", 85.0, 78.0, "Duckling"),
    "fr core": ("times_fr.jsonl", "CORE", 88.0, 84.0, "Duckling"),
    "de core": ("times_de.jsonl", "CORE", 80.0, 71.0, "Duckling"),
    "it core": ("times_it.jsonl", "CORE", 88.0, 85.0, "Duckling"),
}
"""File, kind of rows, per cent aimed at, and what the best of the others reached (on other rows of the same kind)."""
TARGET_MS: Final = 5.0


def measure(say: Callable[[str], None] = print) -> list[Figure]:
    """Shares of right answers in per cent, and the time of a message; nothing where the examples are not there."""
    scorer = BESIDE / "tools" / "score_times.py"
    folder = BESIDE / "data" / "language"
    if not scorer.is_file() or not folder.is_dir():
        say(f"  no examples in {folder.name} beside the project: these figures are left out")
        return []
    rule = _loaded(scorer)
    rows = {file: _rows(folder / file) for file in dict.fromkeys(each[0] for each in TARGETS.values())}
    scored = {file: _scored(rule, each) for file, each in rows.items()}
    figures = [_share(name, *target, scored[target[0]]) for name, target in TARGETS.items()]
    return [*figures, _speed([row for each in rows.values() for row in each])]


def _scored(rule: ModuleType, rows: Sequence[Row]) -> Summary:
    summary, _ = rule.score(rows, _answer)
    return dict(summary)


def _answer(request: Row) -> Any:
    [line] = answer_lines([json.dumps(request)])
    return json.loads(line)


def _share(
    name: str, file: str, kind: str, target: float, best: float, whose: str, scored: Summary
) -> Figure:
    found = scored[kind]
    kinds = ", ".join(
        f"{each.removeprefix('core kind:')} {100 * row['value']:.0f} % of {row['n']:.0f}"
        for each, row in scored.items()
        if each.startswith("core kind:")
    )
    every = scored["all rows"]
    return Figure(
        f"understood_{name.replace(' ', '_')}",
        100 * found["value"],
        "%",
        best,
        f"{whose}, on rows of the same kind that are kept back",
        note=f"{found['n']:.0f} rows of {file}, which were read while the rules were written; {kinds}; with what each corpus "
        f"decides its own way: {100 * every['value']:.0f} % of {every['n']:.0f}",
        at_least=target,
    )


def _speed(rows: Sequence[Row]) -> Figure:
    """The time of a whole message: language, time, intent, people, choices."""
    taken = []
    for row in rows:
        line = json.dumps({"text": row["text"], "reference": row["reference"], "locale": row.get("locale")})
        started = time.perf_counter()
        answers = list(answer_lines([line]))
        taken.append(1000 * (time.perf_counter() - started))
        if len(answers) != 1:
            raise LookupError("a line without an answer")
    return Figure(
        "understood_ms_p95",
        p95(taken),
        "ms",
        TARGET_MS,
        "the time it may take",
        note=f"{len(taken):,} messages in six languages, the language detected: {spread(taken)}",
        at_most=TARGET_MS,
    )


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _loaded(scorer: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_times", scorer)
    if spec is None or spec.loader is None:
        raise ImportError(str(scorer))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
