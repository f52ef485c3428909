"""Tests of the channel adapters: one contract that all inherit, one test file per channel."""

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.contract", f"{__name__}.contract_inbound", f"{__name__}.contract_outbound"
)
