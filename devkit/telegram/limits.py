"""How much may be sent, how long, how big? Telegram's limits, and the pauses it asks for."""

import math
from typing import Final

TEXT: Final = 4096
CAPTION: Final = 1024
BUTTONS: Final = 100
CALLBACK_DATA_BYTES: Final = 64
PHOTO_BYTES: Final = 10 * 1024 * 1024
_EMOJI: Final = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 "
    "🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 "
    "🤷\u200d♂ 🤷 🤷\u200d♀ 😡"
)
REACTIONS: Final = frozenset(_EMOJI.split())
ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
    }
)


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Rate:
    """So many messages a second, with a burst borrowed from the next ones. Times are unix seconds."""

    def __init__(self, interval: float, burst: float) -> None:
        self._interval = interval
        self._burst = burst
        self._due = 0.0

    def wait(self, now: float) -> int:
        """0 when one more may be sent now, else for how many whole seconds not."""
        over = max(self._due, now) + self._interval - now - self._interval * self._burst
        return max(1, math.ceil(over)) if over > 1e-9 else 0

    def take(self, now: float) -> None:
        """One more is sent."""
        self._due = max(self._due, now) + self._interval
