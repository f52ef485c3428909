"""How do OpenAI's Chat Completions, and Ollama after them, look on the wire?"""

import json
from typing import Any

from devkit.llm.steps import Call, Provider, Step
from devkit.llm.wire import Json, Misfit, Seen, need, new_id, paired


class ChatCompletions:
    """`POST …/chat/completions`."""

    api = "chat"

    def read(self, provider: Provider, body: Json) -> Seen:
        """See `Format.read`."""
        need(body, "model", "messages")
        _check_pairs(body["messages"])
        last = [m for m in body["messages"] if m["role"] == "user"]
        return Seen(
            provider,
            self.api,
            body["model"],
            tuple(tool["function"]["name"] for tool in body.get("tools") or ()),
            _text(last[-1].get("content")) if last else "",
            tuple(_text(m.get("content")) for m in body["messages"] if m["role"] == "tool"),
            body,
        )

    def answer(self, step: Step, seen: Seen) -> Json:
        """See `Format.answer`."""
        calls = [_call(call) for call in step.calls]
        message: Json = {"role": "assistant", "content": step.text, "refusal": step.refusal}
        if calls:
            message["tool_calls"] = calls
        reason = "length" if step.truncated else "tool_calls" if calls else "stop"
        return {
            "id": new_id("chatcmpl-"),
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": seen.model,
            "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": None}],
            "usage": {
                "prompt_tokens": step.input_tokens,
                "completion_tokens": step.output_tokens,
                "total_tokens": step.input_tokens + step.output_tokens,
                "prompt_tokens_details": {"cached_tokens": step.cached_tokens},
            },
        }

    def error(self, status: int, code: str | None, message: str) -> Json:
        """See `Format.error`."""
        return openai_error(status, code, message)


def openai_error(status: int, code: str | None, message: str) -> Json:
    """An error as OpenAI answers it."""
    kind = {401: "invalid_request_error", 404: "invalid_request_error", 429: "requests", 500: "server_error"}
    return {
        "error": {
            "message": message,
            "type": kind.get(status, "invalid_request_error"),
            "param": None,
            "code": code,
        }
    }


def arguments(call: Call) -> str:
    """The arguments of a call as the text that OpenAI sends."""
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def _call(call: Call) -> Json:
    return {
        "id": new_id("call_"),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments(call)},
    }


def _check_pairs(messages: list[Json]) -> None:
    """As OpenAI does: an assistant's tool calls are answered by the tool messages right after it."""
    for place, message in enumerate(messages):
        calls = [call["id"] for call in message.get("tool_calls") or ()]
        results = []
        for later in messages[place + 1 :]:
            if later["role"] != "tool":
                break
            results.append(later["tool_call_id"])
        if message["role"] == "assistant":
            paired(calls, results)
        elif message["role"] == "tool" and (
            place == 0 or messages[place - 1]["role"] not in ("assistant", "tool")
        ):
            raise Misfit("a tool message must follow a message with tool_calls")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or ())
