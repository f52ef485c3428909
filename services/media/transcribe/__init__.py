"""Voice to text: one port (`port.py`), one adapter per engine, `choose.py` picks."""

from services.media.transcribe.choose import build_transcriber
from services.media.transcribe.file import transcribe_file

__all__ = ["build_transcriber", "transcribe_file"]
