"""What do we say ourselves, whatever the model? A few sentences in each language that we speak."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

DEFAULT: Final = "en"


class Phrase(StrEnum):
    """A sentence that is said without a model."""

    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    CALLED = "called"
    NOT_HEARD = "not_heard"
    PICTURE = "picture"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"
    UNREADABLE = "unreadable"
    INVITE = "invite"


def of(phrase: Phrase, language: str) -> str:
    """The sentence in this language (BCP 47), in English where we have none."""
    return _SAID.get(language.lower().split("-")[0], _SAID[DEFAULT])[phrase]


_SAID: Final[dict[str, dict[Phrase, str]]] = {
    "en": {
        Phrase.TOO_SLOW: "Sorry, that is taking too long. Please try again in a minute.",
        Phrase.UNREACHABLE: "Sorry, I cannot reach the calendar just now. Please try again in a minute.",
        Phrase.FAILED: "Sorry, something went wrong on my side. Please say that again, or call us.",
        Phrase.CALLED: "I have asked one of my colleagues to look at this: they will write to you here.",
        Phrase.NOT_HEARD: "I could not make out the words in that voice note. Could you say it again, or type it?",
        Phrase.PICTURE: "Thank you for the picture! I cannot look at pictures yet.",
        Phrase.VIDEO: "Thank you for the video! I cannot watch videos yet.",
        Phrase.STICKER: "Nice one!",
        Phrase.LOCATION: "Thank you for the location! I cannot use it yet.",
        Phrase.CONTACT: "Thank you for the contact! I cannot use it yet.",
        Phrase.FILE: "Thank you for the file! I cannot read files yet.",
        Phrase.UNREADABLE: "I cannot read that kind of message yet.",
        Phrase.INVITE: "Tell me in words or in a voice note what you would like to book.",
    },
    "es": {
        Phrase.TOO_SLOW: "Lo siento, está tardando demasiado. Inténtalo de nuevo en un minuto.",
        Phrase.UNREACHABLE: "Lo siento, ahora mismo no puedo ver la agenda. Inténtalo de nuevo en un minuto.",
        Phrase.FAILED: "Lo siento, algo ha fallado por mi parte. Dímelo otra vez, por favor, o llámanos.",
        Phrase.CALLED: "Se lo he pasado a una persona del equipo: te escribirá por aquí.",
        Phrase.NOT_HEARD: "No he entendido las palabras de esa nota de voz. ¿Puedes repetirlo o escribirlo?",
        Phrase.PICTURE: "¡Gracias por la foto! Todavía no puedo ver imágenes.",
        Phrase.VIDEO: "¡Gracias por el vídeo! Todavía no puedo ver vídeos.",
        Phrase.STICKER: "¡Qué bueno!",
        Phrase.LOCATION: "¡Gracias por la ubicación! Todavía no puedo usarla.",
        Phrase.CONTACT: "¡Gracias por el contacto! Todavía no puedo usarlo.",
        Phrase.FILE: "¡Gracias por el archivo! Todavía no puedo leer archivos.",
        Phrase.UNREADABLE: "Todavía no puedo leer ese tipo de mensaje.",
        Phrase.INVITE: "Dime con palabras o en una nota de voz qué te gustaría reservar.",
    },
    "pt": {
        Phrase.TOO_SLOW: "Desculpe, está a demorar demasiado. Tente de novo dentro de um minuto, por favor.",
        Phrase.UNREACHABLE: "Desculpe, não consigo ver a agenda neste momento. Tente de novo dentro de um minuto.",
        Phrase.FAILED: "Desculpe, algo falhou do meu lado. Diga outra vez, por favor, ou ligue-nos.",
        Phrase.CALLED: "Pedi a uma pessoa da equipa que veja isto: vai escrever-lhe por aqui.",
        Phrase.NOT_HEARD: "Não percebi as palavras dessa nota de voz. Pode repetir ou escrever?",
        Phrase.PICTURE: "Obrigado pela fotografia! Ainda não consigo ver imagens.",
        Phrase.VIDEO: "Obrigado pelo vídeo! Ainda não consigo ver vídeos.",
        Phrase.STICKER: "Boa!",
        Phrase.LOCATION: "Obrigado pela localização! Ainda não a consigo usar.",
        Phrase.CONTACT: "Obrigado pelo contacto! Ainda não o consigo usar.",
        Phrase.FILE: "Obrigado pelo ficheiro! Ainda não consigo ler ficheiros.",
        Phrase.UNREADABLE: "Ainda não consigo ler esse tipo de mensagem.",
        Phrase.INVITE: "Diga-me por palavras ou numa nota de voz o que gostaria de reservar.",
    },
    "fr": {
        Phrase.TOO_SLOW: "Désolé, cela prend trop de temps. Réessayez dans une minute, s'il vous plaît.",
        Phrase.UNREACHABLE: "Désolé, je n'ai pas accès à l'agenda pour l'instant. Réessayez dans une minute.",
        Phrase.FAILED: "Désolé, quelque chose s'est mal passé de mon côté. Redites-le-moi, ou appelez-nous.",
        Phrase.CALLED: "J'ai demandé à un collègue de s'en occuper : on vous écrira ici.",
        Phrase.NOT_HEARD: "Je n'ai pas compris ce message vocal. Pouvez-vous répéter, ou l'écrire ?",
        Phrase.PICTURE: "Merci pour la photo ! Je ne peux pas encore regarder les images.",
        Phrase.VIDEO: "Merci pour la vidéo ! Je ne peux pas encore regarder les vidéos.",
        Phrase.STICKER: "Joli !",
        Phrase.LOCATION: "Merci pour la position ! Je ne peux pas encore m'en servir.",
        Phrase.CONTACT: "Merci pour le contact ! Je ne peux pas encore m'en servir.",
        Phrase.FILE: "Merci pour le fichier ! Je ne peux pas encore lire les fichiers.",
        Phrase.UNREADABLE: "Je ne peux pas encore lire ce genre de message.",
        Phrase.INVITE: "Dites-moi par écrit ou par message vocal ce que vous aimeriez réserver.",
    },
    "de": {
        Phrase.TOO_SLOW: "Entschuldigung, das dauert zu lange. Bitte versuchen Sie es in einer Minute noch einmal.",
        Phrase.UNREACHABLE: "Entschuldigung, ich komme gerade nicht an den Kalender. Bitte versuchen Sie es in einer "
        "Minute noch einmal.",
        Phrase.FAILED: "Entschuldigung, bei mir ist etwas schiefgegangen. Bitte sagen Sie es noch einmal, oder rufen "
        "Sie uns an.",
        Phrase.CALLED: "Ich habe jemanden aus dem Team gebeten, sich darum zu kümmern: Sie bekommen hier eine Antwort.",
        Phrase.NOT_HEARD: "Ich habe die Sprachnachricht nicht verstanden. Können Sie es noch einmal sagen oder schreiben?",
        Phrase.PICTURE: "Danke für das Bild! Ich kann mir Bilder noch nicht ansehen.",
        Phrase.VIDEO: "Danke für das Video! Ich kann mir Videos noch nicht ansehen.",
        Phrase.STICKER: "Wie schön!",
        Phrase.LOCATION: "Danke für den Standort! Ich kann damit noch nichts anfangen.",
        Phrase.CONTACT: "Danke für den Kontakt! Ich kann damit noch nichts anfangen.",
        Phrase.FILE: "Danke für die Datei! Ich kann Dateien noch nicht lesen.",
        Phrase.UNREADABLE: "Diese Art von Nachricht kann ich noch nicht lesen.",
        Phrase.INVITE: "Sagen Sie mir in Worten oder als Sprachnachricht, was Sie buchen möchten.",
    },
    "it": {
        Phrase.TOO_SLOW: "Mi dispiace, ci sta mettendo troppo. Riprova tra un minuto.",
        Phrase.UNREACHABLE: "Mi dispiace, in questo momento non riesco a vedere l'agenda. Riprova tra un minuto.",
        Phrase.FAILED: "Mi dispiace, qualcosa non ha funzionato da parte mia. Dimmelo di nuovo, o chiamaci.",
        Phrase.CALLED: "Ho chiesto a una persona del team di occuparsene: ti scriverà qui.",
        Phrase.NOT_HEARD: "Non ho capito le parole di quel messaggio vocale. Puoi ripeterlo o scriverlo?",
        Phrase.PICTURE: "Grazie per la foto! Non riesco ancora a vedere le immagini.",
        Phrase.VIDEO: "Grazie per il video! Non riesco ancora a vedere i video.",
        Phrase.STICKER: "Bello!",
        Phrase.LOCATION: "Grazie per la posizione! Non riesco ancora a usarla.",
        Phrase.CONTACT: "Grazie per il contatto! Non riesco ancora a usarlo.",
        Phrase.FILE: "Grazie per il file! Non riesco ancora a leggere i file.",
        Phrase.UNREADABLE: "Non riesco ancora a leggere questo tipo di messaggio.",
        Phrase.INVITE: "Dimmi a parole o con un messaggio vocale che cosa vorresti prenotare.",
    },
}
