"""The gateway's rules: pure functions over frozen values."""
