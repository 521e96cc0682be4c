"""Clients of b24pysdk, as its documentation makes them. They call `https://portal.lately.test/`, without a port."""

from b24pysdk import BitrixWebhook, Client

import portal


def hook(url: str, domain: str = portal.HOST) -> BitrixWebhook:
    """The SDK's token for this webhook."""
    return BitrixWebhook(domain=domain, webhook_token=portal.token(url))


def client(user: int) -> Client:
    """A client that acts as this user."""
    return Client(hook(portal.webhook(user)))
