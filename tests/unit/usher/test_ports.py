"""Choosing ports: free ones, outside the range the kernel gives to clients."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from usher.embedded import ports

EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_port_that_is_listened_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind((ports.LOOPBACK, 0))
        listener.listen()

        assert not ports.is_free(listener.getsockname()[1])


def test_chosen_ports_are_free_and_in_a_row() -> None:
    first = ports.choose(5)

    assert all(ports.is_free(first + offset) for offset in range(5))


@pytest.mark.skipif(not EPHEMERAL.exists(), reason="only Linux says its ephemeral range")
def test_chosen_ports_are_never_given_to_a_reconnecting_client() -> None:
    low = int(EPHEMERAL.read_text().split()[0])
    if low < ports.CHOICES.stop:
        pytest.skip("this machine has widened its ephemeral range")

    assert ports.choose() < low
