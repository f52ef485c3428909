"""The command line: help that teaches, errors that are one sentence, and a fast start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shared.settings import OPS_PORTS
from usher.cli import ServiceName, app

COMMANDS = (
    "up", "run", "migrate", "seed", "import", "export", "audit", "doctor", "understand", "transcribe", "version",
    "eval", "deliveries", "replay-inbound",
)  # fmt: skip
HEAVY = ("sqlalchemy", "aiohttp", "pydantic", "nats", "pydantic_ai", "asyncpg", "psutil")


def usher(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own, with an empty configuration."""
    return subprocess.run(
        [sys.executable, "-m", "usher", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", **environment},
    )


def test_usher_alone_lists_its_commands() -> None:
    shown = CliRunner().invoke(app, []).output

    assert all(f" {command} " in shown for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0
    assert f"usher {command}" in result.output
    assert "Example" in result.output or command == "version"


def test_help_loads_nothing_heavy() -> None:
    code = f"""
import sys
sys.argv = ['usher', '--help']
from usher.cli import main
try:
    main()
except SystemExit:
    print([module for module in {HEAVY!r} if module in sys.modules])
"""

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_version_names_the_release() -> None:
    assert CliRunner().invoke(app, ["version"]).output.startswith(f"usher {metadata.version('usher')} ")


def test_run_knows_the_five_services() -> None:
    assert [name.value for name in ServiceName] == list(OPS_PORTS)


def test_an_unknown_service_is_a_usage_error_that_names_the_known_ones() -> None:
    result = CliRunner().invoke(app, ["run", "billing"])

    assert result.exit_code == 2
    assert all(service in result.output for service in OPS_PORTS)


def test_run_without_servers_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    done = usher("run", "booking", USHER_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert "USHER_DATABASE_URL" in done.stderr
    assert "usher up" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    done = usher("doctor", USHER_DATA_DIR=str(tmp_path), USHER_MAX_TRIES="none")

    assert done.returncode == 1
    assert "USHER_MAX_TRIES" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["seed", "import", "transcribe", "understand"])
def test_a_file_that_is_not_there_is_one_sentence(command: str, tmp_path: Path) -> None:
    done = usher(command, str(tmp_path / "missing"), USHER_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert "missing cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("text", "says"), [("- a list", "mapping"), ("{", "not valid YAML")])
def test_a_seed_file_of_the_wrong_shape_is_one_sentence(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "seed.yaml"
    file.write_text(text)

    done = usher("seed", str(file), USHER_DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    assert says in done.stderr


def test_understand_answers_each_line_in_order(tmp_path: Path) -> None:
    lines = [
        {"text": "I want yoga tomorrow at 7pm", "reference": "2026-03-02T10:00"},
        {"text": "Olá, amanhã às 19h", "reference": "2026-03-02T10:00"},
    ]

    done = usher("understand", stdin="\n".join(json.dumps(line) for line in lines) + "\n")

    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == 2
    assert answers[0]["start"] == "2026-03-03T19:00"
    assert set(answers[0]) >= {
        "intent",
        "start",
        "end",
        "grain",
        "open",
        "service",
        "staff",
        "party_size",
        "language",
    }


def test_understand_survives_a_line_that_is_not_json() -> None:
    done = usher("understand", stdin='nonsense\n{"text": "hi", "reference": "2026-03-02T10:00"}\n')

    assert done.returncode == 0, done.stderr
    assert "error" in json.loads(done.stdout.splitlines()[0])
    assert "intent" in json.loads(done.stdout.splitlines()[1])


def test_doctor_for_programs_names_what_is_missing(tmp_path: Path) -> None:
    done = usher("doctor", "--json", USHER_DATA_DIR=str(tmp_path))

    report = json.loads(done.stdout)
    missing = {check["name"]: check for check in report["checks"] if check["state"] == "problem"}
    assert done.returncode == 1
    assert not report["ok"]
    assert "USHER_WHATSAPP_APP_SECRET" in missing["WhatsApp app secret"]["advice"]


def test_doctor_never_shows_a_secret(tmp_path: Path) -> None:
    done = usher(
        "doctor",
        USHER_DATA_DIR=str(tmp_path),
        USHER_WHATSAPP_APP_SECRET="s3cret-one",
        USHER_REDIS_URL="redis://:s3cret-two@127.0.0.1:1/0",
        USHER_NATS_URL="nats://usher:s3cret-three@127.0.0.1:1",
        USHER_DATABASE_URL="postgresql://usher_app:s3cret-four@127.0.0.1:1/usher",
    )

    assert "s3cret" not in done.stdout + done.stderr
    assert done.stdout.count("problem") >= 4
