"""How does Anthropic's Messages API look on the wire?"""

import re
from typing import Any, Final

from devkit.llm.steps import Call, Provider, Step
from devkit.llm.wire import Json, Misfit, Seen, need, new_id, paired

_ID: Final = re.compile(r"^[a-zA-Z0-9_-]+$")
_KINDS: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class Messages:
    """`POST …/v1/messages`."""

    api = "messages"

    def read(self, provider: Provider, body: Json) -> Seen:
        """See `Format.read`."""
        need(body, "model", "messages", "max_tokens")
        messages: list[Json] = body["messages"]
        _check_order(messages)
        results = [b for m in messages for b in _blocks(m) if b["type"] == "tool_result"]
        said = [m for m in messages if m["role"] == "user" and any(b["type"] == "text" for b in _blocks(m))]
        return Seen(
            provider,
            self.api,
            body["model"],
            tuple(tool["name"] for tool in body.get("tools") or ()),
            " ".join(b["text"] for b in _blocks(said[-1]) if b["type"] == "text") if said else "",
            tuple(_text(block.get("content")) for block in results),
            body,
        )

    def answer(self, step: Step, seen: Seen) -> Json:
        """See `Format.answer`."""
        content: list[Json] = [] if step.text is None else [{"type": "text", "text": step.text}]
        content += [_call(call) for call in step.calls]
        reason = "tool_use" if step.calls else "end_turn"
        if step.truncated:
            reason = "max_tokens"
        if step.refusal is not None:
            content, reason = [], "refusal"
        return {
            "id": new_id("msg_"),
            "type": "message",
            "role": "assistant",
            "model": seen.model,
            "content": content,
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": {
                # Anthropic's input_tokens are those that were not read from the cache.
                "input_tokens": step.input_tokens - step.cached_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": step.cached_tokens,
                "output_tokens": step.output_tokens,
            },
        }

    def error(self, status: int, code: str | None, message: str) -> Json:
        """See `Format.error`."""
        kind = code or _KINDS.get(status, "api_error")
        return {
            "type": "error",
            "error": {"type": kind, "message": message},
            "request_id": new_id("req_"),
        }


def _call(call: Call) -> Json:
    # Here arguments are an object and never text: what is no object can only be one that does not fit.
    given = {"unreadable": call.arguments} if isinstance(call.arguments, str) else call.arguments
    return {"type": "tool_use", "id": new_id("toolu_"), "name": call.name, "input": given}


def _check_order(messages: list[Json]) -> None:
    """As Anthropic does: the user begins, ids of calls are unique, results come in the very next message."""
    if messages[0]["role"] != "user":
        raise Misfit("messages: first message must use the user role")
    ids: list[str] = []
    for place, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        calls = [block["id"] for block in _blocks(message) if block["type"] == "tool_use"]
        after = _blocks(messages[place + 1]) if place + 1 < len(messages) else []
        paired(calls, [block["tool_use_id"] for block in after if block["type"] == "tool_result"])
        ids += calls
    if wrong := [call for call in ids if not _ID.match(call)]:
        raise Misfit(f"tool_use.id: string should match pattern {_ID.pattern}: {wrong[0]}")
    if len(set(ids)) < len(ids):
        raise Misfit("messages: `tool_use` ids must be unique")


def _blocks(message: Json) -> list[Json]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(block.get("text", "") for block in content or ())
