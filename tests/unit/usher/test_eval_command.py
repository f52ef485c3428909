"""`usher eval`: recorded dialogues are played, wrong bookings end it with 1, and what cannot be read is told with its line."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from devkit.llm.steps import Call, Step
from services.agent.prompt import VERSION
from shared.settings import Settings
from tests.unit.agent.llm_world import Emulator, emulating
from usher.cli import app
from usher.dialogue_files import read_script
from usher.evaluation import evaluate

WORLD: Mapping[str, Any] = {
    "world": "casa",
    "now": "2026-11-22T14:00",
    "services": [{"name": "Yoga", "staff": ["Ana"]}],
    "staff": [{"name": "Ana"}],
    "sessions": [{"service": "Yoga", "at": "2026-11-23T19:00", "staff": "Ana"}],
}
BOOK: Mapping[str, Any] = {
    "id": "en-book",
    "world": "casa",
    "language": "en",
    "about": ["classes"],
    "turns": [{"say": "yoga tomorrow at 7pm", "shows": ["19:00"]}, "yes please"],
    "goal": ["book Yoga 2026-11-23 19:00 x1"],
}
ASK: Mapping[str, Any] = {
    "id": "pt-ask", "world": "casa", "language": "pt-BR", "about": ["staff", "talk"], "turns": ["quem dá a aula de yoga?"],
}  # fmt: skip
APPOINTMENT: Mapping[str, Any] = {
    "id": "sgd-1",
    "service": "Services_2",
    "domain": "dentist",
    "reference_date": "2019-03-01",
    "goal": {
        "final_state": {"dentist_name": ["Dr Molar"]},
        "booked": {"appointment_date": "2019-03-02", "appointment_time": "10:00", "dentist_name": "Dr Molar"},
        "service_calls": [],
    },
    "turns": [
        {
            "turn": 0, "speaker": "USER", "services": ["Services_2"],
            "text": "I need to see a dentist tomorrow at 10 am.",
            "acts": [["INFORM", "appointment_date", "tomorrow"], ["INFORM", "appointment_time", "10 am"]],
        },
        {"turn": 1, "speaker": "SYSTEM", "text": "Tomorrow at 10?", "acts": [], "services": ["Services_2"]},
        {"turn": 2, "speaker": "USER", "text": "Yes.", "acts": [["AFFIRM", "", ""]], "services": ["Services_2"]},
    ],
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the dialogues are."""
    return tmp_path / "dialogues.jsonl"


def written(file: Path, *lines: Mapping[str, Any] | str) -> Path:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return file


def usher_eval(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(app, ["eval", *map(str, arguments)], env=environment)


def document(*arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(usher_eval(*arguments, "--json").stdout)
    return found


def test_help_shows_how_it_is_used_and_what_its_status_means() -> None:
    result = usher_eval("--help", COLUMNS="160")

    assert result.exit_code == 0
    assert "usher eval tests/fixtures/dialogues/*.jsonl" in result.output
    assert "Exits with 0 when there was no wrong booking, 1 when there was one" in result.output
    assert all(
        option in result.output for option in ("--model", "--language", "--only", "--verbose", "--json")
    )


def test_the_offline_model_plays_and_the_report_has_each_language_and_kind(file: Path) -> None:
    result = usher_eval(written(file, WORLD, BOOK, ASK))

    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line.split()[1:7] for line in result.stdout.splitlines() if line.strip()}
    assert rows["en"] == ["1", "100.0%", "0", "0", "0", "0"]
    assert rows["pt-BR"] == ["1", "100.0%", "0", "0", "0", "0"]
    assert set(rows) >= {"classes", "staff", "talk"}
    assert rows["all"] == ["2", "100.0%", "0", "0", "0", "0"]
    assert "answers of offline 3" in result.stdout
    assert "played 2 of 2" in result.stderr
    assert "played" not in result.stdout


def test_the_document_has_the_sums_and_each_dialogue(file: Path) -> None:
    found = document(written(file, WORLD, "", "# a remark", BOOK, ASK))

    assert (found["model"], found["ok"], found["problems"]) == ("offline", True, [])
    assert (found["total"]["dialogues"], found["total"]["success"], found["total"]["wrong"]) == (2, 1.0, 0)
    assert found["total"]["p50_seconds"] <= found["total"]["p95_seconds"]
    assert set(found["languages"]) == {"en", "pt-BR"}
    assert set(found["kinds"]) == {"classes", "staff", "talk"}
    book, _ = found["dialogues"]
    assert book["where"] == f"{file}:4"
    assert book["effects"] == ["book Yoga 2026-11-23 19:00 x1"]
    assert "said" not in book


def test_a_booking_that_nobody_wanted_ends_it_with_1_and_is_told_with_its_line(file: Path) -> None:
    result = usher_eval(written(file, WORLD, BOOK, {**BOOK, "id": "unwanted", "goal": []}))

    assert result.exit_code == 1
    assert f"{file}:3 unwanted: WRONG: book Yoga 2026-11-23 19:00 x1" in result.stdout
    assert "wrong bookings: 1" in result.stderr


def test_what_is_missing_or_answered_otherwise_is_told_and_is_no_wrong_booking(file: Path) -> None:
    lost = {**BOOK, "id": "lost", "turns": [{"say": "hello", "shows": ["Good evening"]}]}
    result = usher_eval(written(file, WORLD, lost))

    assert result.exit_code == 0
    assert f"{file}:2 lost: missing: book Yoga 2026-11-23 19:00 x1" in result.stdout
    assert f"{file}:2 lost: unexpected: 'hello': lacks 'Good evening'" in result.stdout


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{not json", "is no JSON: "),
        ("[1]", "is no JSON object"),
        ({"hello": 1}, "has neither `turns` (a dialogue) nor `world` (a business)"),
        ({**BOOK, "trns": []}, "trns: Extra inputs are not permitted"),
        ({**BOOK, "turns": [{"sai": "x"}]}, "turns.0.sai: Extra inputs are not permitted"),
        ({**BOOK, "world": "vila"}, "world 'vila' is not defined; there are: casa"),
        ({**BOOK, "changes": {"cancel_fee": "much"}}, "changes: cancel_fee: "),
        ({**WORLD, "cancel_fee": 5}, "world 'casa' is another one in "),
        ({**WORLD, "world": "x", "now": "noon"}, "now: "),
        ({**APPOINTMENT, "domain": "plumber"}, "is no appointment dialogue as sgd_dialogues.jsonl has them"),
        ({**BOOK, "changes": {"sessions": [{"service": "Golf", "at": "2026-11-23T19:00"}]}}, "'en-book' could not be played: "),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_played_is_told_with_its_number_and_the_others_are_played(
    file: Path, line: Mapping[str, Any] | str, told: str
) -> None:
    result = usher_eval(written(file, WORLD, line, ASK))

    assert result.exit_code == 2
    assert f"error: {file}:2: " in result.stderr.replace("\n", "")
    assert told in result.stderr
    assert result.stdout.split("\nall")[1].split()[0] == "1"
    problems = document(file)["problems"]
    assert [problem["where"] for problem in problems] == [f"{file}:2"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.jsonl",), "nowhere.jsonl cannot be read: No such file or directory."),
        (("--language", "de"), "Nothing to play: none of the 2 dialogues is meant by --language and --only."),
        (("--only", "nobody"), "Nothing to play: none of the 2 dialogues is meant by --language and --only."),
        (("--model", "gpt"), "`gpt` names no model"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_2(file: Path, arguments: tuple[str, ...], told: str) -> None:
    result = usher_eval(written(file, WORLD, BOOK, ASK), *arguments)

    assert result.exit_code == 2
    assert told in result.stderr.replace("\n", " ")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "played"),
    [
        (("--language", "pt"), ["pt-ask"]),
        (("--only", "en-book"), ["en-book"]),
        (("--only", "*-ask", "--only", "en-*"), ["en-book", "pt-ask"]),
    ],
)
def test_only_what_is_meant_is_played(file: Path, arguments: tuple[str, ...], played: list[str]) -> None:
    found = document(written(file, WORLD, BOOK, ASK), *arguments)

    assert [one["id"] for one in found["dialogues"]] == played


def test_what_was_said_is_shown_when_asked_for(file: Path) -> None:
    written(file, WORLD, BOOK)
    shown = usher_eval(file, "--verbose").stdout

    assert "> yoga tomorrow at 7pm" in shown
    assert "Yoga, Mon 23 Nov 19:00" in shown
    assert "[Yes, book it] [No, thanks]" in shown
    [book] = document(file, "--verbose")["dialogues"]
    assert [turn["customer"] for turn in book["said"]] == ["yoga tomorrow at 7pm", "yes please"]


def test_worlds_and_dialogues_may_be_in_different_files(tmp_path: Path) -> None:
    script = read_script([written(tmp_path / "a.jsonl", BOOK), written(tmp_path / "b.jsonl", WORLD)])

    assert [scene.id for scene in script.scenes] == ["en-book"]
    assert script.problems == []


def test_recorded_appointment_dialogues_are_played_with_a_business_of_their_own(file: Path) -> None:
    found = document(written(file, APPOINTMENT))

    assert found["kinds"]["recorded appointments"]["right"] == 1
    assert found["dialogues"][0]["effects"] == ["book Dentist 2019-03-02 10:00 x1"]


@pytest.fixture
def no_settings() -> Iterator[None]:
    """The variables of this process as they were, whatever a test sets."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


async def test_answers_of_a_language_model_are_counted_with_tokens_and_price(
    file: Path, no_settings: None
) -> None:
    def play(emulator: Emulator) -> Result:
        variables = emulator.variables() | {"USHER_LLM": "openai-chat:gpt-5.6-terra"}
        return usher_eval(
            written(file, WORLD, {**ASK, "id": "one"}, {**ASK, "id": "two"}), "--json", **variables
        )

    async with emulating() as emulator:
        call = Call(name="staff_info", arguments={"what": "Yoga"})
        await emulator.will(*[step for _ in "12" for step in (Step(calls=(call,)), Step(text="Ana."))])
        result = await asyncio.to_thread(play, emulator)

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["model"], found["prompt"]) == ("openai-chat:gpt-5.6-terra", VERSION)
    assert sum(found["answers"].values()) == 4
    assert "offline" not in found["answers"]
    assert found["total"]["input_tokens"] > 0
    assert found["total"]["cost"] > 0
    assert found["unpriced"] == 0


async def test_answers_that_the_offline_model_had_to_give_are_told(file: Path) -> None:
    async with emulating() as emulator:
        await emulator.will(Step(status=500, times=0))
        settings = Settings(llm="openai-chat:gpt-5.6-terra", llm_retries=0)
        found = await evaluate(read_script([written(file, WORLD, ASK)]), settings)

    assert set(found.answers) == {"offline"}
    assert found.prompt is None
    assert found.total.success == 1.0
