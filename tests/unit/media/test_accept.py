"""Which files may be decoded?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.media.domain.accept import Accept, Demuxer, Limits, RefusalReason, Refuse, accept, sniff

HEADS = {
    Demuxer.OGG: b"OggS\x00\x02",
    Demuxer.MATROSKA: b"\x1a\x45\xdf\xa3\x9f\x42\x86",
    Demuxer.MP4: b"\x00\x00\x00\x1cftypM4A ",
    Demuxer.WAV: b"RIFF\x24\x00\x00\x00WAVEfmt ",
    Demuxer.MP3: b"ID3\x04\x00",
    Demuxer.AAC: b"\xff\xf1\x50\x80",
    Demuxer.AMR: b"#!AMR\n\x3c",
}


@pytest.mark.parametrize(("demuxer", "head"), HEADS.items())
def test_each_format_that_channels_send_is_known_by_its_first_bytes(demuxer: Demuxer, head: bytes) -> None:
    assert accept(head + bytes(100), Limits()) == Accept(demuxer)


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x64", b"\xff\xf3\x40\xc0", b"\xff\xfa\x50\x00"])
def test_mp3_without_a_tag_is_known_by_its_frame_header(head: bytes) -> None:
    assert sniff(head) is Demuxer.MP3


def test_wide_band_amr_is_known() -> None:
    assert sniff(b"#!AMR-WB\n\x04") is Demuxer.AMR


@pytest.mark.parametrize(
    "data",
    [
        b"ffconcat version 1.0\nfile other-customer.ogg\n",
        b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/x\n",
        b"RIFF\x24\x00\x00\x00AVI LIST",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"<?xml version='1.0'?>",
        b"\xff\xff\xff\xff",  # all bits set: an invalid bit rate and sampling rate
        b"\xff\xe8\x90\x64",  # the MPEG version that does not exist
        b"OggS",
        b" OggS\x00",
    ],
)
def test_what_is_not_sound_is_refused_with_what_to_send_instead(data: bytes) -> None:
    verdict = accept(data, Limits())
    assert isinstance(verdict, Refuse)
    assert verdict.reason is RefusalReason.UNKNOWN_FORMAT
    assert "voice note" in verdict.sentence


def test_an_empty_file_is_refused() -> None:
    verdict = accept(b"", Limits())
    assert isinstance(verdict, Refuse)
    assert verdict.reason is RefusalReason.EMPTY


def test_a_file_may_weigh_exactly_the_limit_and_not_a_byte_more() -> None:
    limits = Limits(max_bytes=1024 * 1024)
    head = HEADS[Demuxer.OGG]
    assert isinstance(accept(head.ljust(limits.max_bytes, b"\x00"), limits), Accept)
    verdict = accept(head.ljust(limits.max_bytes + 1, b"\x00"), limits)
    assert isinstance(verdict, Refuse)
    assert verdict.reason is RefusalReason.TOO_LARGE
    assert "1 MB" in verdict.sentence


@given(st.binary(max_size=40))
def test_any_bytes_get_a_verdict_and_text_is_never_accepted(data: bytes) -> None:
    verdict = accept(data, Limits())
    assert isinstance(verdict, Accept | Refuse)
    if data.isascii() and b"\x00" not in data and not data.startswith((b"ID3", b"#!AMR", b"RIFF")):
        assert isinstance(verdict, Refuse) or data[4:8] == b"ftyp"
