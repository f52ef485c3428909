"""Questions about the business, its staff and prices; and being put through to a person."""

from __future__ import annotations

from services.agent.offline.history import Json
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, ask
from services.agent.offline.texts import Words
from services.agent.offline.wanted import searched
from services.agent.reply import Reply


def staff(scene: Scene) -> Script:
    """Who works here, or who gives what was asked for."""
    said, words = scene.said, scene.words
    answer = yield from ask("staff_info", who=said.staff, what=said.service)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    offered = [str(name) for name in answer.get("offered", ())]
    if answer.get("problem"):
        return Reply(text=words("unknown_here", what=answer["problem"], have=words.listed(offered)))
    people = answer.get("staff", [])
    if not people:
        return Reply(text=words("nobody_does"))
    full = len(people) == 1
    return Reply(text="\n".join(_person(person, words, full=full) for person in people))


def _person(person: Json, words: Words, *, full: bool) -> str:
    role = f" ({person['role']})" if person.get("role") else ""
    gives = f": {words.listed([str(name) for name in person['gives']])}" if person.get("gives") else ""
    bio = f". {person['bio']}" if full and person.get("bio") else ""
    return f"{person['name']}{role}{gives}{bio}"


def business(scene: Scene) -> Script:
    """What was asked about the business, or about one service of it; everything when that is not clear."""
    heard, words = scene.heard, scene.words
    cues = ("info_where", "info_hours", "info_phone", "info_offers", "info_packs")
    before = searched(scene.past[-2:]) if not any(heard.has(cue) for cue in cues) else None
    what = scene.said.service or (before.args.get("what") if before is not None else None)
    answer = yield from ask("business_info", what=what)
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    asked = {name for name in cues if heard.has(name)}
    told = {
        "info_where": _line(words, "we_are_at", answer.get("address")),
        "info_hours": _line(words, "opening_hours", answer.get("opening_hours")),
        "info_offers": _services(answer),
        "info_packs": "\n".join(str(item["line"]) for item in answer.get("products", ())),
        "info_phone": _line(words, "our_phone", answer.get("phone")),
    }
    parts = [told[name] for name in told if name in asked and told[name]]
    if not parts and asked - {"info_offers"}:
        return Reply(text=words("not_known"))
    if not parts and what:
        lead = words("not_offered") + " " if answer.get("problem") else ""
        return Reply(text=lead + (_services(answer) or words("no_prices")))
    return Reply(text="\n".join(parts or _everything(answer, words)))


def _services(answer: Json) -> str:
    return "\n".join(str(service["line"]) for service in answer.get("services", ()))


def _line(words: Words, key: str, value: object) -> str:
    return words(key, what=str(value).rstrip(".")) if value else ""


def _everything(answer: Json, words: Words) -> list[str]:
    parts = [
        str(answer.get("description") or ""),
        _line(words, "we_are_at", answer.get("address")),
        _line(words, "opening_hours", answer.get("opening_hours")),
        _line(words, "our_phone", answer.get("phone")),
        _services(answer),
    ]
    return [part for part in parts if part]


def human(scene: Scene) -> Script:
    """A person of the business takes over."""
    answer = yield from ask("talk_to_human", reason="asked", note=scene.heard.text[:300] or None)
    words = scene.words
    if answer is None:
        return Reply(text=words("lost"), stuck=True)
    done = answer.get("status") == "done"
    text = words("called") if done else words("cannot_connect")
    phone = answer.get("phone") or scene.facts.business.phone
    return Reply(text=f"{text} {words('or_call', phone=phone)}" if phone else text)
