"""Does `usher transcribe FILE` have what it needs?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services.media.decode import AudioRefused
from services.media.transcribe import transcribe_file
from tests.voice import speak


def test_a_file_is_transcribed_by_the_default_engine(tmp_path: Path) -> None:
    note = tmp_path / "note.ogg"
    note.write_bytes(speak("yes please"))
    transcript = transcribe_file(note)
    assert (transcript.text, transcript.engine) == ("yes please", "pocketsphinx")


def test_a_file_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    note = tmp_path / "note.ogg"
    note.write_text("not a sound")
    with pytest.raises(AudioRefused, match="voice note"):
        transcribe_file(note)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        transcribe_file(tmp_path / "nothing.ogg")


def test_the_module_can_be_run_on_a_file(tmp_path: Path) -> None:
    note = tmp_path / "note.ogg"
    note.write_bytes(speak("yes please"))
    command = [sys.executable, "-m", "services.media.transcribe"]
    assert (
        subprocess.run([*command, note], capture_output=True, text=True, check=True).stdout == "yes please\n"
    )
    without = subprocess.run(command, capture_output=True, text=True, check=False)
    assert without.returncode != 0
    assert "path of a sound file" in without.stderr
