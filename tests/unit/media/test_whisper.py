"""Does the real Whisper code run behind the port? On a checkpoint made here, small and with only one thing to say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from services.media.decode import Pcm, decode
from services.media.transcribe.choose import build_transcriber
from services.media.transcribe.port import EngineMissing
from services.media.transcribe.sphinx import SphinxTranscriber
from services.media.transcribe.whisper import WhisperTranscriber
from tests.voice import speak

WHISPER_IS_HERE = importlib.util.find_spec("whisper") is not None
needs_whisper = pytest.mark.skipif(
    not WHISPER_IS_HERE, reason="openai-whisper is not installed: pip install -e '.[whisper]'"
)


def make_checkpoint(path: Path, language: str = "en", says: str = " yes please") -> Path:
    """A two-layer model with random weights whose positions outweigh everything: it always says the same."""
    import torch
    import whisper
    from whisper.tokenizer import get_tokenizer

    torch.manual_seed(0)
    width = 64
    dims = whisper.ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=width, n_audio_head=1, n_audio_layer=2,
        n_vocab=51865, n_text_ctx=448, n_text_state=width, n_text_head=1, n_text_layer=2,
    )  # fmt: skip
    model = whisper.Whisper(dims)
    words = get_tokenizer(multilingual=True)
    start = words.timestamp_begin
    script = [
        words.to_language_token(language),
        words.transcribe,
        start,
        *words.encode(says),
        start + 50,
        words.eot,
    ]
    with torch.no_grad():
        tokens = model.decoder.token_embedding.weight
        tokens.copy_(4 * torch.nn.functional.normalize(torch.randn_like(tokens), dim=-1))
        positions = model.decoder.positional_embedding
        positions.copy_(1000 * tokens[words.eot].expand_as(positions))
        for place, token in enumerate(script):
            positions[place] = 1000 * tokens[token]
    torch.save({"dims": vars(dims), "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint(tmp_path_factory.mktemp("whisper") / "tiny.pt")


@pytest.fixture(scope="module")
async def note() -> Pcm:
    return await decode(speak("yes please"))


def test_a_whisper_model_is_used_where_one_is_named_and_pocketsphinx_elsewhere() -> None:
    assert isinstance(build_transcriber("base"), WhisperTranscriber)
    assert isinstance(build_transcriber(None), SphinxTranscriber)
    assert isinstance(build_transcriber(""), SphinxTranscriber)


def test_describing_loads_nothing_and_says_what_is_installed() -> None:
    description = build_transcriber("no-such-model").describe()
    assert (description.name, description.model) == ("whisper", "no-such-model")
    assert (description.advice is None) == WHISPER_IS_HERE
    assert build_transcriber("base.en").describe().languages == "English"


@pytest.mark.whisper
@needs_whisper
async def test_a_checkpoint_file_is_loaded_and_transcribes_a_voice_note(checkpoint: Path, note: Pcm) -> None:
    transcriber = WhisperTranscriber(str(checkpoint))
    heard = await transcriber.transcribe(note)
    assert (heard.text, heard.engine, heard.language) == ("yes please", "whisper", "en")
    assert heard.confidence == pytest.approx(1.0, abs=0.1)
    await transcriber.close()
    await transcriber.close()


@pytest.mark.whisper
@needs_whisper
async def test_the_language_is_detected_unless_the_hint_names_one_it_knows(tmp_path: Path, note: Pcm) -> None:
    transcriber = WhisperTranscriber(str(make_checkpoint(tmp_path / "pt.pt", "pt", " sim")))
    assert (await transcriber.transcribe(note)).language == "pt"
    assert (await transcriber.transcribe(note, "tlh")).language == "pt"
    assert (await transcriber.transcribe(note, "de-AT")).language == "de"


@pytest.mark.whisper
@needs_whisper
async def test_any_vocabulary_and_any_length_of_sound_are_taken(checkpoint: Path) -> None:
    transcriber = WhisperTranscriber(str(checkpoint))
    long = tuple(f"Vinyasa Flow {n}" for n in range(200))
    assert (await transcriber.transcribe(Pcm(b""), "en", ("Pilates",))).engine == "whisper"
    assert (await transcriber.transcribe(Pcm(bytes(32_000)), "en", long)).engine == "whisper"


@pytest.mark.whisper
@needs_whisper
@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", b"PK\x03\x04broken"])
async def test_a_model_that_cannot_be_loaded_names_the_setting(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineMissing, match="USHER_WHISPER_MODEL"):
        await WhisperTranscriber(str(path)).transcribe(Pcm(bytes(32_000)))


def test_where_whisper_is_not_installed_the_error_says_how_to_install_it() -> None:
    program = """
import asyncio, sys
sys.modules["whisper"] = None  # what Python does for `import whisper` when it is not there
from services.media.decode import Pcm
from services.media.transcribe.whisper import WhisperTranscriber
asyncio.run(WhisperTranscriber("base").transcribe(Pcm(bytes(32_000))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "EngineMissing: USHER_WHISPER_MODEL is set" in done.stderr
    assert "pip install 'usher[whisper]'" in done.stderr
