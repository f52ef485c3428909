"""Is a turn of several steps a pure function of what the tools have answered so far?"""

from __future__ import annotations

from services.agent.offline.history import ToolUse
from services.agent.offline.script import Call, Script, ask, play, say, together
from services.agent.reply import Reply


def two_steps() -> Script:
    first = yield from ask("find", what="yoga", when=None)
    second = yield from ask("book", id=(first or {}).get("id"))
    return Reply(text=str((second or {}).get("status")))


def joined() -> Script:
    replies = yield from together([two_steps(), say(Reply(text="hello"))])
    return Reply(text=" ".join(reply.text for reply in replies))


def test_a_script_goes_on_where_the_history_ends() -> None:
    found = ToolUse("find", {"what": "yoga"}, {"id": "1"})
    booked = ToolUse("book", {"id": "1"}, {"status": "done"})

    assert play(two_steps(), []) == (Call("find", {"what": "yoga"}),)
    assert play(two_steps(), [found]) == (Call("book", {"id": "1"}),)
    assert play(two_steps(), [found, booked]) == Reply(text="done")


def test_scripts_together_ask_in_one_round_and_answer_in_their_order() -> None:
    found, booked = (
        ToolUse("find", {"what": "yoga"}, {"id": "1"}),
        ToolUse("book", {"id": "1"}, {"status": "done"}),
    )

    assert play(joined(), [found, booked]) == Reply(text="done hello")


def test_a_call_of_a_model_that_failed_in_this_turn_is_used_and_never_made_again() -> None:
    theirs = ToolUse("staff_info", {}, {"staff": []})
    found = ToolUse("find", {"what": "yoga"}, {"id": "1"})

    assert play(two_steps(), [theirs, found]) == (Call("book", {"id": "1"}),)


def test_a_tool_that_failed_gives_nothing_and_the_script_goes_on() -> None:
    assert play(two_steps(), [ToolUse("find", {"what": "yoga"}, None)]) == (Call("book", {}),)
