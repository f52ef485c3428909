"""Which words of our own stand on buttons? Few, in the language of the message; English where we have none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.messages.conversation import MessageSent


@dataclass(frozen=True, slots=True)
class Labels:
    """`more` shows the next page, `options` opens a list (at most 20 characters each); the others ask for something."""

    more: str
    options: str
    location: str
    contact: str


_ENGLISH: Final = Labels("More", "Options", "📍 Send my location", "📱 Send my phone number")
_LABELS: Final = {
    "en": _ENGLISH,
    "es": Labels("Más", "Opciones", "📍 Enviar mi ubicación", "📱 Enviar mi teléfono"),
    "pt": Labels("Mais", "Opções", "📍 Enviar a minha localização", "📱 Enviar o meu número"),
    "fr": Labels("Plus", "Options", "📍 Envoyer ma position", "📱 Envoyer mon numéro"),
    "de": Labels("Mehr", "Auswahl", "📍 Meinen Standort senden", "📱 Meine Nummer senden"),
    "it": Labels("Altro", "Opzioni", "📍 Invia la mia posizione", "📱 Invia il mio numero"),
}


def labels(message: MessageSent) -> Labels:
    """The words for this message."""
    language = (message.language or "en").replace("_", "-").split("-")[0].lower()
    return _LABELS.get(language, _ENGLISH)
