"""What operators see: structured logs without personal data, metrics with closed label sets, traces across the bus."""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from io import TextIOBase
from typing import Any, TextIO, cast

import structlog
from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import Counter, Gauge, Histogram

from shared.settings import Settings

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HANDLED = Counter("usher_messages_handled_total", "Messages handled", ["service", "stream", "outcome"])
HANDLE_SECONDS = Histogram(
    "usher_handle_seconds", "Time from delivery to acknowledgement", ["service", "stream"], buckets=_LATENCY
)
PARTITIONS_OWNED = Gauge("usher_partitions_owned", "Partitions this instance owns", ["service", "stream"])
RESENT = Counter(
    "usher_outbox_resent_total", "Messages sent again because nobody confirmed them", ["service"]
)
DEAD_LETTERS = Counter("usher_dead_letters_total", "Messages given up", ["service", "stream"])
BATCH_SIZE = Histogram(
    "usher_booking_batch_commands",
    "Commands per transaction",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
WEBHOOKS = Counter("usher_webhooks_total", "Webhook requests", ["channel", "status"])
DELIVERIES = Counter("usher_deliveries_total", "Outbound messages by result", ["channel", "result"])

_PRIVATE_KEYS = frozenset(
    {
        "phone",
        "wa_id",
        "user_id",
        "name",
        "customer_name",
        "text",
        "body",
        "payload",
        "caption",
        "address",
        "title",
    }
)
_SECRET_KEYS = frozenset({"token", "secret", "password", "authorization", "access_token", "app_secret"})
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s-]?\d){7,14}(?![\w-])")
_URL_PASSWORD = re.compile(r"(\w+://[^:/@\s]+:)[^@/\s]+@")


def pseudonym(value: object) -> str:
    """A short stand-in for a person's identifier, so that log lines of one person can be joined."""
    return "p:" + hashlib.blake2s(str(value).encode(), digest_size=6, key=b"usher-log").hexdigest()


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: personal fields become pseudonyms, secrets and phone-like numbers disappear."""
    for key, value in event.items():
        if key in _SECRET_KEYS:
            event[key] = "[secret]"
        elif key in _PRIVATE_KEYS and value is not None:
            event[key] = pseudonym(value)
        elif isinstance(value, str) and key not in ("timestamp", "level"):
            event[key] = _URL_PASSWORD.sub(r"\1[secret]@", _mask_numbers(value))
    return event


def _mask_numbers(value: str) -> str:
    # A UUID's digit runs are not phone numbers: only mask runs that no letter or dash group touches.
    return value if len(value) == 36 and value.count("-") == 4 else _LONG_NUMBER.sub("[number]", value)


def _add_trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace"] = format(span.trace_id, "032x")
    return event


class _LiveStderr(TextIOBase):
    """Whatever standard error is at the moment of writing; a line that cannot be written is dropped, not fatal."""

    def write(self, text: str) -> int:
        try:
            return sys.stderr.write(text)
        except (OSError, ValueError):
            return 0

    def flush(self) -> None:
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            return


def configure_logging(settings: Settings) -> None:
    """Set up structlog for the process: JSON lines, or readable ones on a terminal."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _LiveStderr())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(level, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")


def configure_tracing(settings: Settings, service: str) -> None:
    """Start a tracer provider once per process; export by OTLP when an endpoint is set."""
    provider = TracerProvider(resource=Resource.create({"service.name": f"usher-{service}"}))
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
    trace.set_tracer_provider(provider)


_tracer = trace.get_tracer("usher")


@contextmanager
def span(name: str, headers: Mapping[str, str] | None = None) -> Iterator[None]:
    """A span that continues the trace of these message headers (or the current one)."""
    parent = propagate.extract(headers) if headers else None
    with _tracer.start_as_current_span(name, context=parent):
        yield


def trace_headers() -> dict[str, str]:
    """The headers (`traceparent`) that carry the current trace to the next service; empty when there is none."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    return headers


def get_logger(service: str) -> Any:
    """A logger whose lines say which service wrote them."""
    return structlog.get_logger(service=service)
