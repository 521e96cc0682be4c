"""Clients of fast_bitrix24. They call `https://127.0.0.1:PORT/`: this SDK takes any address."""

from fast_bitrix24 import BitrixAsync

import portal


def client(url: str) -> BitrixAsync:
    """A client for this webhook, without a progress bar."""
    return BitrixAsync(url, verbose=False)


def person(user: int) -> BitrixAsync:
    """A client that acts as this user."""
    return client(portal.webhook(user))


async def result(caller: BitrixAsync, method: str, params: dict | None = None):
    """What a single call answers, without the batch that the SDK's call() makes of it."""
    return (await caller.call(method, params, raw=True))["result"]
