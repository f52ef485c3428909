"""How does the operator hear of news about an account? A log line at its severity and a count; the table keeps it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from prometheus_client import Counter

from services.gateway.channels import AccountNotice
from services.gateway.inbound import InboxRow
from shared.telemetry import get_logger

NOTICES: Final = Counter("usher_account_notices_total", "News of channel accounts", ["channel", "severity"])
_LEVELS: Final = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.ERROR}

log = get_logger("gateway")


def announce(rows: Iterable[InboxRow]) -> None:
    """Say what new events are about."""
    for row in rows:
        if row.kind != "event":
            continue
        if not isinstance(row.news, AccountNotice):
            # A stop word's id is the message's: it says nothing, and must not be a label of anything.
            kind = "consent" if row.user_id else row.provider_id.partition(":")[0][:60]
            log.info("channel_event", channel=row.channel, event_type=kind)
            continue
        news = row.news
        NOTICES.labels(row.channel, news.severity).inc()
        log.log(
            _LEVELS[news.severity],
            "account_notice",
            channel=row.channel,
            account_id=row.account_id,
            summary=news.summary,
            pauses=news.pauses,
            clears=news.clears,
        )
