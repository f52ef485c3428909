"""How is a message read before any model sees it? Text and taps as they are, the rest by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from services.agent.phrases import Phrase, of
from shared.messages.conversation import Content, VoiceContent

MAX_CHARS = 4000

_SILENT = frozenset({"reaction", "system", "request_welcome", "ephemeral", "edit", "revoke"})
_CAPTIONED = frozenset({"image", "video", "document"})
_NICE = {
    "image": Phrase.PICTURE,
    "video": Phrase.VIDEO,
    "sticker": Phrase.STICKER,
    "location": Phrase.LOCATION,
    "contacts": Phrase.CONTACT,
    "document": Phrase.FILE,
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words for the model; `choice_id` when they are the title of what was tapped."""

    text: str
    choice_id: str | None = None
    spoken: bool = False


@dataclass(frozen=True, slots=True)
class Canned:
    """A message answered without a model: `said` describes it for the history. `stuck`: the answer is of no help."""

    said: str
    phrases: tuple[Phrase, ...]
    stuck: bool = False

    def reply(self, language: str) -> str:
        """The answer in this language."""
        return " ".join(of(phrase, language) for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Silence:
    """A message that wants no answer (a reaction, a system note)."""


def read(content: Content) -> Prompt | Canned | Silence | VoiceContent:
    """What to do about a message; a voice note comes back as it is, to be written down first."""
    match content.kind:
        case "voice":
            return content
        case "text":
            text = _clean(content.text)
            return Prompt(text) if text else Silence()
        case "choice":
            return Prompt(_clean(content.title) or "Yes", choice_id=content.choice_id)
        case "edit":
            text = _clean(content.text or "")
            return Prompt(text) if text else Silence()
        case "media":
            return _captioned(content.media, content.caption)
        case "reaction" | "revoke" | "echo":
            return Silence()
        case "other":
            return Silence() if content.type in _SILENT else _captioned(content.type, content.text)
        case "unsupported":
            return _captioned(content.type, None)
        case "location" | "contacts" | "flow" | "order":
            return _captioned(content.kind, None)
    assert_never(content)


def _captioned(kind: str, words: str | None) -> Prompt | Canned:
    caption = _clean(words or "")
    if caption and kind in _CAPTIONED:
        return Prompt(caption)
    return Canned(f"[sent: {kind}]", (_NICE.get(kind, Phrase.UNREADABLE), Phrase.INVITE))


def heard(text: str | None) -> Prompt | Canned:
    """What to do about a voice note that was written down as `text`."""
    words = _clean(text or "")
    if words:
        return Prompt(words, spoken=True)
    return Canned("[sent: a voice note without words]", (Phrase.NOT_HEARD,), stuck=True)


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:MAX_CHARS]
