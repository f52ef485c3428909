"""The offline model: our own deterministic model behind the same port as any LLM."""

from services.agent.offline.model import OfflineModel

__all__ = ["OfflineModel"]
