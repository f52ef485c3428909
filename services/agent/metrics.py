"""What do operators count of the agent? Closed label sets, no tenant and no person."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

TURNS_TOTAL = Counter(
    "usher_agent_turns_total", "Turns ended, by how: answered, silent, canned, apology", ["outcome"]
)
TURN_SECONDS = Histogram(
    "usher_agent_turn_seconds",
    "Time from opening a turn to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
