"""What is said to whom about which fact: pure functions over frozen values, no clock, no I/O."""
