"""What does a yes or a pick do, and what else does the same message ask?"""

from __future__ import annotations

from services.agent.language import Intent
from services.agent.offline import say, talk
from services.agent.offline.acts import bookings, find, moving, waiting
from services.agent.offline.acts.table import INFO
from services.agent.offline.back import went_back
from services.agent.offline.carried import carried_on
from services.agent.offline.history import thing
from services.agent.offline.offers import (
    BOOK,
    MOVE,
    OFFER,
    Option,
    asked_last,
    open_offer,
    option_of,
)
from services.agent.offline.picked import Picked, picked
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, joined
from services.agent.offline.script import say as saying
from services.agent.offline.wanted import says_something


def act(scene: Scene, option: Option) -> Script:
    """What an option stands for."""
    match option.kind:
        case "cancel":
            return bookings.cancel(scene, option)
        case "move":
            return moving.move(scene, option)
        case "moving":
            return moving.chosen_to_move(scene, option)
        case "wait":
            return waiting.join(scene, option)
        case "leave":
            return waiting.leave(scene, option)
        case "offer":
            return waiting.answer_offer(scene, option, accept=option.accept)
        case "receipt":
            return bookings.receipt(scene)
        case _:
            return find.book(scene, option)


def taken_by_tap(scene: Scene, option: Option) -> Script:
    """What a tapped option does, and what else the message wanted that led to it."""
    besides = carried_on(scene, option)
    return joined([act(scene, option), *besides]) if besides else act(scene, option)


def taken(scene: Scene) -> Script | None:
    """What a yes or a pick does, and whatever else the same message asks."""
    offer = open_offer(scene.past)
    took = went_back(scene.heard, scene.past) or picked(scene.heard, scene.past)
    if took is None or changes_mind(scene):
        if (
            offer is not None
            and offer.kind == OFFER
            and scene.heard.denies
            and not says_something(scene.heard)
        ):
            return waiting.answer_offer(scene, offer.options[0], accept=False)
        return None
    if took.unclear is not None:
        return saying(talk.which(took.unclear, scene.words, took.beyond))
    if not took.sure:
        return _shown_again(scene, took)
    acts = [act(scene, option) for option in took.options]
    if len(acts) > 1:
        return joined(acts)
    asked = _still_asked(scene, took.options[0]) or carried_on(scene, took.options[0])
    besides = [*asked, *_asked_besides(scene)]
    return joined([*acts, *besides]) if besides else acts[0]


def changes_mind(scene: Scene) -> bool:
    """ "yes... no wait": the later word counts; a "never mind" takes nothing."""
    return scene.heard.has("never_mind") or scene.heard.has("better_not")


def _still_asked(scene: Scene, taken: Option) -> list[Script]:
    """ "Shall I cancel …? And shall I book …?": a yes is to the first; the second is asked again."""
    last = asked_last(scene.past)
    shown = [option_of(shown.choice_id, scene.past) for shown in last.choices] if last else []
    others = [option for option in shown if option is not None and option.kind == BOOK and option.view]
    if taken.kind == BOOK or not others:
        return []
    return [saying(say.offered([other.view for other in others], others[0].party_size, scene.words))]


def _asked_besides(scene: Scene) -> list[Script]:
    """ "yes please. where are you?": the question after a yes."""
    clauses = scene.heard.cues.split(scene.heard.folded, scene.heard.text)
    for clause in clauses[1:]:
        part = scene.part(clause)
        info_act = INFO.get(part.said.intent)
        if info_act is not None and not part.said.start and part.said.intent is not Intent.MY_BOOKINGS:
            return [info_act(part)]
    return []


def _shown_again(scene: Scene, took: Picked) -> Script:
    """One that was only likely meant: shown once more, with the question."""
    option = took.options[0]
    if option.kind == MOVE:
        booking = thing(scene.past, "booking_id", option.of)
        return saying(say.move_offer(booking, [option.view], scene.words)) if booking else act(scene, option)
    if option.kind == BOOK and option.view:
        views = [each.view for each in took.options]
        return saying(say.offered(views, took.party or option.party_size, scene.words))
    return act(scene, option)
