"""What is a model told about the turn besides the messages? Whose it is: budgets are counted by that."""

from __future__ import annotations

from uuid import UUID

from services.agent.offline.model import OfflineSettings


class TurnSettings(OfflineSettings, total=False):
    """Model settings of a turn. The offline model reads the facts, a chain the rest; providers are sent none of it."""

    usher_tenant_id: UUID
    usher_conversation_id: UUID


OWN = frozenset({"offline_facts", "usher_tenant_id", "usher_conversation_id"})
"""Settings that are between us."""
