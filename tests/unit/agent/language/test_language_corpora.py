"""How well does it read other people's corpora? A floor that the score must not fall under; figures in the tests.

The data is not ours and not in the repository; without it these tests skip.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from services.agent.language import answer_lines

SHARED = Path(__file__).resolve().parents[5] / "shared"
DATA = SHARED / "data" / "language"
SCORER = SHARED / "tools" / "score_times.py"

pytestmark = pytest.mark.skipif(
    not (DATA / "times.jsonl").is_file() or not SCORER.is_file(),
    reason="the corpora (../shared/data/language) or their scorer (../shared/tools) are not beside this checkout",
)

Row = dict[str, str | None]
Summary = dict[str, dict[str, float]]


def _answer(row: Row) -> Row:
    (line,) = answer_lines([json.dumps(row)])
    answer: Row = json.loads(line)
    return answer


def _rows(language: str) -> Path:
    return DATA / ("times.jsonl" if language == "en" else f"times_{language}.jsonl")


@cache
def _summary(language: str = "en") -> Summary:
    """The scorer's own summary of the rows of a language."""
    spec = importlib.util.spec_from_file_location("score_times", SCORER)
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    rows = [json.loads(line) for line in _rows(language).read_text(encoding="utf-8").splitlines()]
    score: Callable[[list[Row], Callable[[Row], Row]], tuple[Summary, object]] = scorer.score
    return score(rows, _answer)[0]


def test_at_least_91_of_100_english_core_times_are_right() -> None:
    assert _summary()["CORE"]["value"] >= 0.91


def test_at_least_98_of_100_customer_turns_are_right() -> None:
    assert _summary()["core customer turn"]["value"] >= 0.98


def test_at_least_96_of_100_texts_without_a_time_are_left_alone() -> None:
    assert _summary()["none (core)"]["value"] >= 0.96


@pytest.mark.parametrize(
    ("language", "floor"), [("es", 0.85), ("pt", 0.92), ("fr", 0.92), ("de", 0.88), ("it", 0.88)]
)
def test_core_times_of_the_other_languages_are_right(language: str, floor: float) -> None:
    assert _summary(language)["CORE"]["value"] >= floor


@pytest.mark.parametrize("language", ["es", "pt", "fr", "de", "it"])
def test_text_without_a_time_is_left_alone_in_the_other_languages(language: str) -> None:
    assert _summary(language)["none (core)"]["value"] >= 0.85


def test_most_intents_agree_with_those_suggested_for_booking_requests() -> None:
    """Only labels a booking agent acts on; out-of-domain rows ("order me a suit") say nothing about bookings."""
    names = {"yes": "affirm", "no": "deny", "human": "talk_to_human"}
    wanted = {"book", "cancel", "reschedule", "my_bookings", "price", "talk_to_human", "affirm"}
    right = total = 0
    for line in (DATA / "intents.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        suggested = {names.get(name, name) for name in row["suggested"].split("|")}
        if not suggested <= wanted:
            continue
        total += 1
        right += _answer({"text": row["text"], "reference": "2026-03-04T10:00:00"})["intent"] in suggested
    assert right / total >= 0.85
