"""Where does a fuzzer begin? At the payloads that we have: our own fixtures, and the recorded ones when they are there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = (ROOT / "tests" / "fixtures", ROOT.parent / "shared" / "data")
MOST_BYTES: Final = 20_000


def seeds(channel: str) -> Iterator[bytes]:
    """Bodies of this channel."""
    yield b"{}"
    for folder in FOLDERS:
        for name in (channel, channel.partition("_")[0]):
            for path in sorted((folder / name).rglob("*.json")) if (folder / name).is_dir() else ():
                if not path.name.endswith(".golden.json") and path.stat().st_size <= MOST_BYTES:
                    yield _body(path.read_bytes())


def write(channel: str, into: Path) -> int:
    """Write the seeds of this channel as files; how many there are."""
    into.mkdir(parents=True, exist_ok=True)
    for seed in seeds(channel):
        (into / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return len(list(into.iterdir()))


def _body(data: bytes) -> bytes:
    """Payloads of Twilio are kept as JSON with a `form`; they come as a form."""
    try:
        document = json.loads(data)
    except ValueError:
        return data
    form = document.get("form") if isinstance(document, dict) else None
    return urlencode(form).encode() if isinstance(form, dict) else data
