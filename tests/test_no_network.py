"""The suite reaches this machine and no other: a test that tries is a fault of the test."""

import asyncio
import socket

import httpx
import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = "192.0.2.1"  # TEST-NET-1, reserved for documentation: RFC 5737


def test_another_machine_cannot_be_reached() -> None:
    with socket.socket() as sock, pytest.warns(), pytest.raises(SocketConnectBlockedError):
        sock.connect((ELSEWHERE, 80))


def test_nor_without_blocking() -> None:
    async def reach() -> None:
        await asyncio.open_connection(ELSEWHERE, 80)

    with pytest.warns(), pytest.raises(SocketConnectBlockedError):
        asyncio.run(reach())


def test_nor_through_a_client() -> None:
    with pytest.warns(), pytest.raises(SocketConnectBlockedError):
        httpx.get(f"http://{ELSEWHERE}/", trust_env=False)


def test_nor_by_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.warns(), pytest.raises(SocketConnectBlockedError):
        sock.connect((ELSEWHERE, 53))


def test_this_machine_can() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"hello")
