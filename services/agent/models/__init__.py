"""Which language model answers, for how long, how often and for how much? Names, guards, chains, budgets, costs.

`source.Models` is the way in; the rest of the agent sees one pydantic-ai `Model` per tenant.
"""
