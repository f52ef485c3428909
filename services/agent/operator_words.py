"""What is a person of the business told when somebody waits for them? Pure; in six languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.agent.handoff import Handoff, Why
from services.agent.phrases import DEFAULT
from shared import ids
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody

PURPOSE: Final = "operator_called"
LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "it")
SAID: Final = 300
"""Characters of what the customer said last, at most."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A person of the business who is told in chat. `slug`: of the business; `language` (BCP 47): None: the business's."""

    channel: str
    account_id: str
    user_id: str
    slug: str
    name: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The conversation that waits: with whom, and what they said last, message by message."""

    conversation_id: UUID
    address: ChannelAddress
    said: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Words:
    waits: str
    why: dict[Why, str]
    said: str
    note: str
    reply: str
    back: str
    hint: str


def message_to(operator: Operator, tenant_id: UUID, waiting: Waiting, handoff: Handoff) -> MessageSent:
    """What this operator is told of this handoff; the same id however often it is made."""
    channel, account_id, user_id = operator.channel, operator.account_id, operator.user_id
    language = operator.language or handoff.language
    text = told(waiting, handoff, operator.slug, language)
    return MessageSent(
        tenant_id=tenant_id,
        message_id=ids.derive("operator_called", handoff.handoff_id, channel, account_id, user_id),
        conversation_id=ids.conversation_id_of(tenant_id, channel, account_id, user_id),
        to=ChannelAddress(channel=channel, account_id=account_id, user_id=user_id, name=operator.name),
        purpose=PURPOSE,
        body=TextBody(text=text),
        customer_id=ids.customer_id_of(tenant_id, channel, user_id),
        language=language,
        values={
            "customer": _who(waiting.address),
            "reason": _why(handoff.why, language),
            "said": shortened(waiting.said) or "–",
            "language": language,
        },
    )


def told(waiting: Waiting, handoff: Handoff, slug: str, language: str) -> str:
    """Who waits, why, what they said last, and how to answer and to give the conversation back."""
    words = _of(language)
    lines = [words.waits.format(who=_who(waiting.address), why=_why(handoff.why, language))]
    said = shortened(waiting.said)
    if said:
        lines.append(words.said.format(said=said))
    if handoff.note and handoff.why not in (
        "rule",
        "stuck",
    ):  # the notes of these are for the list of who waits
        lines.append(words.note.format(note=shortened([handoff.note])))
    command = "usher conversation {} " + f"{waiting.conversation_id}"
    lines.append("")
    lines.append(f'{words.reply} {command.format("reply")} "…" --tenant {slug}')
    lines.append(f"{words.back} {command.format('hand-back')} --tenant {slug}")
    return "\n".join(lines)


def how_to_answer(slug: str, language: str) -> str:
    """What an operator can do who writes to the business's number: one line."""
    return _of(language).hint.format(
        list=f"usher conversation list --tenant {slug}",
        reply=f'usher conversation reply ID "…" --tenant {slug}',
    )


def shortened(said: Sequence[str]) -> str:
    """What was said, on one line, its end left out when it is long."""
    text = " ".join(" ".join(said).split())
    return text if len(text) <= SAID else text[: SAID - 1].rstrip() + "…"


def _who(address: ChannelAddress) -> str:
    number = address.phone or address.user_id
    return f"{address.name} ({address.channel}, {number})" if address.name else f"{address.channel} {number}"


def _why(why: Why, language: str) -> str:
    reasons = _of(language).why
    return reasons.get(why, reasons["other"])


def _of(language: str) -> _Words:
    return _SAID.get(language.lower().split("-")[0], _SAID[DEFAULT])


_SAID: Final[dict[str, _Words]] = {
    "en": _Words(
        waits="{who} is waiting for a person: {why}.",
        why={
            "asked": "they asked for one",
            "stuck": "I could not help",
            "complaint": "they complain",
            "rule": "they said one of your words",
            "other": "there is something for you to decide",
        },
        said="They said last: “{said}”",
        note="It is about: {note}",
        reply="To answer:",
        back="To let me answer again:",
        hint="Here I only tell you who waits: what you write reaches no customer. "
        "Who waits: {list}. To answer: {reply}, or the channel's own app. To book for yourself, say what and when.",
    ),
    "es": _Words(
        waits="{who} espera a una persona: {why}.",
        why={
            "asked": "lo ha pedido",
            "stuck": "no he podido ayudar",
            "complaint": "tiene una queja",
            "rule": "ha dicho una de tus palabras",
            "other": "hay algo que te toca decidir",
        },
        said="Lo último que ha dicho: «{said}»",
        note="Se trata de: {note}",
        reply="Para responder:",
        back="Para que vuelva a responder yo:",
        hint="Aquí solo te aviso de quién espera: lo que escribes no llega a ningún cliente. "
        "Quién espera: {list}. Para responder: {reply}, o la app del canal. Para reservar para ti, dime qué y cuándo.",
    ),
    "pt": _Words(
        waits="{who} está à espera de uma pessoa: {why}.",
        why={
            "asked": "pediu-o",
            "stuck": "não consegui ajudar",
            "complaint": "tem uma reclamação",
            "rule": "disse uma das suas palavras",
            "other": "há algo para decidir",
        },
        said="A última coisa que disse: «{said}»",
        note="Trata-se de: {note}",
        reply="Para responder:",
        back="Para eu voltar a responder:",
        hint="Aqui só aviso quem está à espera: o que escreve não chega a nenhum cliente. "
        "Quem espera: {list}. Para responder: {reply}, ou a aplicação do canal. Para reservar para si, diga o quê e quando.",
    ),
    "fr": _Words(
        waits="{who} attend une personne : {why}.",
        why={
            "asked": "c'est sa demande",
            "stuck": "je n'ai pas pu aider",
            "complaint": "il y a une réclamation",
            "rule": "l'un de vos mots a été dit",
            "other": "il y a quelque chose à décider",
        },
        said="Son dernier message : « {said} »",
        note="Il s'agit de : {note}",
        reply="Pour répondre :",
        back="Pour que je réponde à nouveau :",
        hint="Ici, je vous dis seulement qui attend : ce que vous écrivez n'arrive à aucun client. "
        "Qui attend : {list}. Pour répondre : {reply}, ou l'application du canal. Pour réserver pour vous, dites quoi et quand.",
    ),
    "de": _Words(
        waits="{who} wartet auf einen Menschen: {why}.",
        why={
            "asked": "so gewünscht",
            "stuck": "ich konnte nicht helfen",
            "complaint": "es gibt eine Beschwerde",
            "rule": "eines Ihrer Stichwörter ist gefallen",
            "other": "es gibt etwas zu entscheiden",
        },
        said="Zuletzt geschrieben: „{said}“",
        note="Es geht um: {note}",
        reply="Antworten:",
        back="Damit ich wieder antworte:",
        hint="Hier sage ich Ihnen nur, wer wartet: Was Sie schreiben, erreicht keinen Kunden. "
        "Wer wartet: {list}. Antworten: {reply}, oder die App des Kanals. Um für sich zu buchen, sagen Sie was und wann.",
    ),
    "it": _Words(
        waits="{who} aspetta una persona: {why}.",
        why={
            "asked": "lo ha chiesto",
            "stuck": "non sono riuscito ad aiutare",
            "complaint": "c'è un reclamo",
            "rule": "ha detto una delle tue parole",
            "other": "c'è qualcosa da decidere",
        },
        said="L'ultima cosa che ha scritto: «{said}»",
        note="Si tratta di: {note}",
        reply="Per rispondere:",
        back="Perché torni a rispondere io:",
        hint="Qui ti dico solo chi aspetta: quello che scrivi non arriva a nessun cliente. "
        "Chi aspetta: {list}. Per rispondere: {reply}, o l'app del canale. Per prenotare per te, dimmi che cosa e quando.",
    ),
}
