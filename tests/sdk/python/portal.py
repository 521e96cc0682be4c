"""The portal that these tests call: a copy of the portal.json of `lately demo`, named by the variable LATELY_PORTAL.

The test command adds six keys to the copy: `host`, the portal's name, which answers HTTPS without a port; `today`, a
webhook of user 1 with revision 33; `narrow`, a webhook of user 2 with nothing but the scope `user`; `app`, `tokens` and
`expired`, an application, its tokens of user 1, and those of user 2, whose access token has ended.
"""

import json
import os
from pathlib import Path

_OFFER = json.loads(Path(os.environ["LATELY_PORTAL"]).read_text(encoding="utf-8"))

HOST = _OFFER["host"]
"""The portal's name, without a port."""

ADDRESS = _OFFER["https"].removeprefix("https://")
"""Where the portal answers HTTPS, with its port."""

TODAY = _OFFER["today"]
"""The webhook of user 1 that is answered by today's page."""

NARROW = _OFFER["narrow"]
"""The webhook of user 2 that may call nothing of the messenger."""

APP, TOKENS, EXPIRED = _OFFER["app"], _OFFER["tokens"], _OFFER["expired"]

# People of the demo. The first two have long lists; the others are whoever a test needs.
ALICE, BOB, CAROL, DAVE = 1, 2, 3, 4

_WEBHOOKS = {user["id"]: user["webhook"]["https"] for user in _OFFER["users"] if user["webhook"]}

PLAIN = {user["id"]: user["webhook"]["http"] for user in _OFFER["users"] if user["webhook"]}
"""By user: their webhook over plain HTTP."""


def webhook(user: int) -> str:
    """The user's webhook, `https://127.0.0.1:PORT/rest/USER/SECRET/`."""
    return _WEBHOOKS[user]


def token(url: str) -> str:
    """What a webhook's address ends with, `USER/SECRET`."""
    return "/".join(url.strip("/").split("/")[-2:])


def colleagues() -> int:
    """How many employees work at the portal."""
    return sum(user["active"] and user["kind"] == "employee" for user in _OFFER["users"])
