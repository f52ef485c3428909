"""`python -m services.media.transcribe FILE [WHISPER_MODEL]`: prints what a voice note says."""

import sys
from pathlib import Path

from services.media.transcribe.file import transcribe_file

if len(sys.argv) not in (2, 3):
    sys.exit(f"{__doc__}\nGive the path of a sound file.")
print(transcribe_file(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else None).text)
