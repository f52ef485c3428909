"""How does OpenAI's Responses API look on the wire?"""

from typing import Any

from devkit.llm.openai_chat import arguments, openai_error
from devkit.llm.steps import Provider, Step
from devkit.llm.wire import Json, Misfit, Seen, need, new_id


class Responses:
    """`POST …/responses`."""

    api = "responses"

    def read(self, provider: Provider, body: Json) -> Seen:
        """See `Format.read`."""
        need(body, "model", "input")
        items: list[Json] = body["input"] if isinstance(body["input"], list) else []
        _check_pairs(items)
        said = [item for item in items if item.get("role") == "user"]
        return Seen(
            provider,
            self.api,
            body["model"],
            tuple(tool["name"] for tool in body.get("tools") or () if tool["type"] == "function"),
            _text(said[-1]["content"]) if said else str(body["input"]),
            tuple(str(item["output"]) for item in items if item.get("type") == "function_call_output"),
            body,
        )

    def answer(self, step: Step, seen: Seen) -> Json:
        """See `Format.answer`."""
        return {
            "id": new_id("resp_"),
            "object": "response",
            "created_at": 1_790_000_000,
            "model": seen.model,
            "status": "incomplete" if step.truncated else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if step.truncated else None,
            "error": None,
            "instructions": None,
            "metadata": {},
            "output": _output(step),
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": {
                "input_tokens": step.input_tokens,
                "input_tokens_details": {"cached_tokens": step.cached_tokens},
                "output_tokens": step.output_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": step.input_tokens + step.output_tokens,
            },
        }

    def error(self, status: int, code: str | None, message: str) -> Json:
        """See `Format.error`."""
        return openai_error(status, code, message)


def _output(step: Step) -> list[Json]:
    said: list[Json] = []
    if step.refusal is not None:
        said.append({"type": "refusal", "refusal": step.refusal})
    if step.text is not None:
        said.append({"type": "output_text", "text": step.text, "annotations": []})
    output: list[Json] = []
    if said:
        output.append(
            {
                "type": "message",
                "id": new_id("msg_"),
                "role": "assistant",
                "status": "completed",
                "content": said,
            }
        )
    output += [
        {
            "type": "function_call",
            "id": new_id("fc_"),
            "call_id": new_id("call_"),
            "name": call.name,
            "arguments": arguments(call),
            "status": "completed",
        }
        for call in step.calls
    ]
    return output


def _check_pairs(items: list[Json]) -> None:
    """As OpenAI does: each call has one output, after it."""
    waiting: set[str] = set()
    for item in items:
        if item.get("type") == "function_call":
            waiting.add(item["call_id"])
        elif item.get("type") == "function_call_output":
            if item["call_id"] not in waiting:
                raise Misfit(f"No tool call found for function call output with call_id {item['call_id']}.")
            waiting.discard(item["call_id"])
    if waiting:
        raise Misfit(f"No tool output found for function call {', '.join(sorted(waiting))}.")


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content)
