"""Does a stranger's sound file become samples, and nothing else? Real ffmpeg, real files."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import cast

import imageio_ffmpeg
import pytest

from services.media.decode import AudioRefused, AudioUnreadable, DecoderFailed, Pcm, _command, decode
from services.media.domain.accept import Demuxer, Limits, RefusalReason
from tests.voice import encode, speak

TEXT = "i want yoga tomorrow"

FORMATS = {
    "webm": ("-c:a", "libopus", "-f", "webm"),
    "fragmented mp4": ("-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"),
    "wav": ("-f", "wav"),
    "mp3": ("-c:a", "libmp3lame", "-f", "mp3"),
    "mp3 without a tag": ("-c:a", "libmp3lame", "-id3v2_version", "0", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-f", "adts"),
    "amr": ("-c:a", "libopencore_amrnb", "-ar", "8000", "-b:a", "12.2k", "-f", "amr"),
}


def ffmpeg(*arguments: str, cwd: Path | None = None) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *arguments]
    return subprocess.run(command, capture_output=True, check=True, cwd=cwd).stdout


def loudness(pcm: Pcm) -> float:
    values = memoryview(pcm.samples).cast("h")
    return sum(abs(v) for v in values) / len(values)


async def test_a_whatsapp_voice_note_becomes_mono_16_khz_samples() -> None:
    pcm = await decode(speak(TEXT))
    assert 1.0 < pcm.seconds < 3.0
    assert loudness(pcm) > 500


@pytest.mark.parametrize("options", FORMATS.values(), ids=FORMATS)
async def test_every_accepted_format_gives_the_same_length_of_sound(options: tuple[str, ...]) -> None:
    pcm = await decode(encode(TEXT, "en-us", *options))
    expected = (await decode(speak(TEXT))).seconds
    assert pcm.seconds == pytest.approx(expected, abs=0.2)
    assert loudness(pcm) > 500


async def test_an_mp4_with_its_index_at_the_end_is_read(tmp_path: Path) -> None:
    (tmp_path / "note.ogg").write_bytes(speak(TEXT))
    ffmpeg("-i", "note.ogg", "-c:a", "aac", "note.m4a", cwd=tmp_path)
    data = (tmp_path / "note.m4a").read_bytes()
    assert data.index(b"moov") > data.index(b"mdat")
    assert (await decode(data)).seconds > 1.0


async def test_only_the_sound_of_a_video_is_taken(tmp_path: Path) -> None:
    (tmp_path / "note.ogg").write_bytes(speak(TEXT))
    ffmpeg(
        "-f", "lavfi", "-i", "color=size=64x64:rate=5", "-i", "note.ogg", "-shortest", "v.webm", cwd=tmp_path
    )
    assert (await decode((tmp_path / "v.webm").read_bytes())).seconds == pytest.approx(1.3, abs=0.6)


async def test_a_long_note_is_cut_at_the_limit() -> None:
    long = ffmpeg("-f", "lavfi", "-i", "sine=220:duration=20", "-c:a", "libopus", "-f", "ogg", "pipe:1")
    assert (await decode(long, Limits(max_seconds=2))).seconds == 2.0


async def test_a_playlist_that_names_another_customers_file_is_refused() -> None:
    with pytest.raises(AudioRefused) as refused:
        await decode(b"ffconcat version 1.0\nfile other-customer.ogg\n")
    assert refused.value.refusal.reason is RefusalReason.UNKNOWN_FORMAT


@pytest.mark.parametrize("head", [b"OggS\x00", b"ID3", b"\x00\x00\x00\x18ftyp", b"\x1a\x45\xdf\xa3"])
async def test_a_playlist_behind_the_magic_of_a_sound_file_reads_no_other_file(
    tmp_path: Path, head: bytes
) -> None:
    planted = tmp_path / "other-customer.ogg"
    planted.write_bytes(speak(TEXT))
    playlist = f"\nffconcat version 1.0\nfile {planted}\n#EXTM3U\n#EXTINF:9,\nfile://{planted}\n"
    with pytest.raises(AudioUnreadable):
        await decode(head + playlist.encode())


def test_even_a_playlist_reader_with_its_own_safety_off_could_open_no_other_file(tmp_path: Path) -> None:
    planted = tmp_path / "other-customer.ogg"
    planted.write_bytes(speak(TEXT))
    command = _command(cast(Demuxer, "concat"), Limits())
    demuxer = command.index("-f")
    command[demuxer:demuxer] = ["-safe", "0"]
    with tempfile.TemporaryFile() as source:
        source.write(f"ffconcat version 1.0\nfile 'file:{planted}'\n".encode())
        source.seek(0)
        refused = subprocess.run(command, stdin=source, capture_output=True, check=False)
    assert refused.stdout == b""
    assert b"Protocol 'file' not on whitelist" in refused.stderr


async def test_a_damaged_note_says_so() -> None:
    with pytest.raises(AudioUnreadable, match="Record it again"):
        await decode(b"OggS\x00" + bytes(range(256)) * 20)


async def test_a_note_that_was_cut_off_still_gives_its_beginning() -> None:
    whole = speak(" and ".join([TEXT] * 5))
    seconds = (await decode(whole)).seconds
    assert 0.2 * seconds < (await decode(whole[: len(whole) * 3 // 4])).seconds < 0.8 * seconds


async def test_a_file_without_sound_is_unreadable(tmp_path: Path) -> None:
    silent_film = ffmpeg("-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=1", "-f", "webm", "pipe:1")
    with pytest.raises(AudioUnreadable):
        await decode(silent_film)


async def test_a_decoder_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(DecoderFailed):
        await decode(speak(TEXT), timeout=0.0)
