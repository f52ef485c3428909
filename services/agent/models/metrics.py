"""What do operators count of the models? By model and how it went; no tenant and no person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "usher_agent_model_requests_total",
    "Requests to a model, by how they ended: answered, refused, cut_off, rate_limited, not_usable, rejected, timeout, "
    "failed, resting (not asked), left (nobody waited any more)",
    ["model", "outcome"],
)
SECONDS = Histogram(
    "usher_agent_model_seconds",
    "Time from asking a model to its answer, retries included, waiting for a place not",
    ["model"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30),
)
TOKENS = Counter(
    "usher_agent_model_tokens_total",
    "Tokens of answers, by model and direction (in, out)",
    ["model", "direction"],
)
RESTING = Gauge("usher_agent_model_resting", "1 while a model is left alone after failures", ["model"])
FALLEN_BACK = Counter(
    "usher_agent_model_offline_total",
    "Answers that the offline model gave in place of a language model, by why: failed, confused, late, tenant_budget, "
    "conversation_budget, budget_unknown",
    ["why"],
)
