"""In which language is this message? Counts function words; short or unknown text is English."""

from __future__ import annotations

import re

from services.agent.language.lexicon.words import words

_WORDS: dict[str, frozenset[str]] = {
    "en": words("the a an i is are to for at on of and you it in my we do can please what with want have would like yes no "
                    "tomorrow today next"),
    "es": words("el la los las de que y en un una es por para con quiero tengo hay mañana hoy hola gracias sí si no me lo "
                    "mi puedo reservar cita el a las esta este próximo tarde usted cuánto qué dónde semana lunes"),
    "pt": words("o os a as de que e em um uma é por para com quero tenho há amanhã hoje olá oi obrigado obrigada sim não "
                    "me meu minha posso marcar às esta este próxima tarde você quanto onde semana segunda"),
    "fr": words("le la les de que et en un une est par pour avec je voudrais veux ai demain aujourd hui bonjour salut merci "
                    "oui non mon ma peux réserver à cette ce prochain soir vous combien où semaine lundi du des au"),
    "de": words("der die das und in ein eine ist für mit ich möchte will habe gibt es morgen heute hallo danke ja nein mein "
                    "meine kann buchen um diese dieser nächste abend sie wie wo woche montag am uhr bitte einen termin"),
    "it": words("il lo la gli le di che e in un una è per con vorrei voglio ho c'è domani oggi ciao buongiorno grazie sì no "
                    "mio mia posso prenotare alle questa questo prossimo sera lei quanto dove settimana lunedì del della"),
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def language_of(text: str) -> str:
    """The ISO 639-1 code of the most likely language among those known, "en" when nothing tells."""
    said = _WORD.findall(text.lower().replace("’", "'"))
    if not said:
        return "en"
    scores = {language: sum(word in known for word in said) for language, known in _WORDS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["en"] else "en"
