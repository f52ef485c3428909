"""What do operators count of the agent? Closed label sets, no tenant and no person."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TURNS_TOTAL = Counter(
    "usher_agent_turns_total", "Turns ended, by how: answered, silent, canned, apology, human", ["outcome"]
)
TURN_SECONDS = Histogram(
    "usher_agent_turn_seconds",
    "Time from opening a turn to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25),
)
TURNS_GIVEN_UP = Counter(
    "usher_agent_turns_given_up_total", "Tries of turns given up because the customer wrote more meanwhile"
)
HANDOFFS = Counter(
    "usher_agent_handoffs_total", "Conversations handed to a person, by why: asked, stuck, rule", ["reason"]
)
SUMMARIES = Counter(
    "usher_agent_summaries_total",
    "Summaries of long conversations, by how: written (by the model), by_rules",
    ["how"],
)
CONVERSATIONS = Gauge("usher_agent_conversations", "Conversations that are kept in memory")
