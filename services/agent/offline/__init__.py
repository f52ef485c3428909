"""The offline model: our own deterministic model behind the same port as any LLM."""

from services.agent.offline.model import OfflineModel
from services.agent.offline.warm import warm

__all__ = ["OfflineModel", "warm"]
