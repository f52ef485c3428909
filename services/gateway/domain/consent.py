"""Does a message say that the person wants to hear no more, or to hear again? Only whole messages do.

Carriers act on the English words for SMS by themselves (CTIA Messaging Principles 5.1.3, Twilio "Support for Opt-Out
Keywords", read 2026-11-22), CANCEL, END and QUIT among them; elsewhere those are words of a booking and mean nothing here.
Words of other languages that can be an answer to a booking question (CANCELAR, ANNULER, ANNULLA) are left out, too.
"""

from __future__ import annotations

import unicodedata
from typing import Final

STOP: Final = frozenset(
    {
        *("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "OPTOUT", "OPT OUT", "OPT-OUT", "/STOP"),  # en
        *("PARAR", "PARE", "SAIR", "DESCADASTRAR", "REMOVER INSCRIÇÃO"),  # pt
        *("BAJA", "ALTO", "DARME DE BAJA", "DESUSCRIBIR"),  # es
        *("ARRÊT", "ARRÊTER", "DÉSABONNER", "DÉSINSCRIRE"),  # fr
        *("STOPP", "ABMELDEN", "ABBESTELLEN"),  # de
        *("BASTA", "DISISCRIVI", "DISISCRIVIMI"),  # it
        *("AFMELDEN", "STOPPEN", "UITSCHRIJVEN"),  # nl
    }
)
STOP_ON_SMS: Final = frozenset({"CANCEL", "END", "QUIT", "REVOKE"})
START: Final = frozenset({"START", "UNSTOP", "/START", "SUBSCRIBE", "OPTIN", "OPT IN", "OPT-IN"}) | frozenset(
    {"INICIAR", "ALTA", "REPRENDRE", "ANMELDEN", "ISCRIVIMI", "AANMELDEN"}
)
SMS: Final = frozenset({"twilio_sms"})
_LONGEST: Final = 20


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_STOP: Final = frozenset(map(_plain, STOP))
_STOP_SMS: Final = _STOP | STOP_ON_SMS
_START: Final = frozenset(map(_plain, START))


def word(text: str, channel: str) -> bool | None:
    """False: stop; True: start again; None: neither. Case, accents and a final . or ! do not matter."""
    if len(text) > _LONGEST:
        return None
    said = _plain(" ".join(text.split()).strip(" .!\"'"))
    if said in (_STOP_SMS if channel in SMS else _STOP):
        return False
    return True if said in _START else None
