"""Logs never carry people or secrets, and a trace goes on from service to service."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from shared.telemetry import pseudonym, redact, span, trace_headers


def test_personal_fields_become_the_same_stand_in_for_the_same_person() -> None:
    line = redact(None, "info", {"event": "said", "user_id": "351912345678", "text": "I am Ana"})

    assert line["user_id"] == pseudonym("351912345678")
    assert "Ana" not in str(line)
    assert "351912345678" not in str(line)


def test_phone_numbers_inside_sentences_are_masked() -> None:
    line = redact(None, "info", {"event": "could not send to +351 912 345 678 now"})

    assert line["event"] == "could not send to [number] now"


def test_our_own_ids_stay_readable() -> None:
    message_id = "0190d2f0-1234-5678-9abc-123456789012"

    assert redact(None, "info", {"event": "x", "message_id": message_id})["message_id"] == message_id


def test_secrets_and_passwords_in_urls_disappear() -> None:
    line = redact(
        None, "info", {"event": "connecting to postgresql://usher_app:hunter2@db/usher", "token": "EAAG123"}
    )

    assert "hunter2" not in str(line)
    assert "EAAG123" not in str(line)


def test_a_span_goes_on_in_the_next_service() -> None:
    trace.set_tracer_provider(TracerProvider())
    with span("gateway"):
        sent = trace_headers()
        first = trace.get_current_span().get_span_context().trace_id
    with span("agent", sent):
        second = trace.get_current_span().get_span_context().trace_id

    assert first == second != 0
