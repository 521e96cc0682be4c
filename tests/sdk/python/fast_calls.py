"""fast_bitrix24 and what it makes of calls: batches, long lists, refusals, other addresses."""

import unittest

from aiohttp import ClientResponseError, ClientSession
from fast_bitrix24 import BitrixAsync
from fast_bitrix24.server_response import ErrorInServerResponseException

import portal
from fast_client import client, person, result


class Batch(unittest.IsolatedAsyncioTestCase):
    """Batches written by hand, and those that the SDK makes."""

    async def test_a_command_uses_what_an_earlier_one_answered(self):
        commands = {
            "me": "profile",
            "chat": f"im.chat.add?USERS[]={portal.BOB}&TITLE=By%20hand&TYPE=CHAT",
            "said": "im.message.add?DIALOG_ID=chat$result[chat]&MESSAGE=I am $result[me][NAME]",
            "read": "im.dialog.messages.get?DIALOG_ID=chat%24result%5Bchat%5D&LIMIT=1",
        }
        answer = await person(portal.ALICE).call_batch({"halt": 1, "cmd": commands})
        message = answer["read"]["messages"][0]
        self.assertEqual(message["id"], answer["said"])
        self.assertEqual(message["text"], f"I am {answer['me']['NAME']}")

    async def test_get_by_id_asks_for_more_than_a_batch_holds(self):
        alice = person(portal.ALICE)
        wanted = [one["ID"] for one in await alice.get_all("user.get")]
        self.assertGreater(len(wanted), 50)
        found = await alice.get_by_ID("user.get", wanted)
        numbers = {number: people[0]["ID"] for number, people in found.items()}
        self.assertEqual(numbers, {number: number for number in wanted})


class Lists(unittest.IsolatedAsyncioTestCase):
    """More colleagues than a page of 50 holds."""

    async def test_get_all_reaches_everybody_once(self):
        alice = person(portal.ALICE)
        people = [one["ID"] for one in await alice.get_all("user.get")]
        total = (await alice.call("user.get", {}, raw=True))["total"]
        self.assertGreater(total, 50)
        self.assertEqual((len(people), len(set(people))), (total, total))

    async def test_get_all_takes_a_filter(self):
        alice = person(portal.ALICE)
        admins = await alice.get_all("user.get", {"FILTER": {"ID": [1, 2], "ACTIVE": True}})
        self.assertEqual({one["ID"] for one in admins}, {"1", "2"})


class Errors(unittest.IsolatedAsyncioTestCase):
    """A refused call is aiohttp's error with the status, a refused command the SDK's own with the codes."""

    async def refused(self, caller, method: str, params: dict, status: int):
        """Calls a method that must be refused with this status."""
        with self.assertRaises(ClientResponseError) as caught:
            await caller.call(method, params, raw=True)
        self.assertEqual(caught.exception.status, status)

    async def test_wrong_secrets_methods_scopes_and_dialogs(self):
        alice, narrow = person(portal.ALICE), client(portal.NARROW)
        stranger = client(portal.webhook(portal.ALICE).replace("/rest/1/", "/rest/2/"))
        await self.refused(stranger, "im.recent.get", {}, 401)
        await self.refused(alice, "im.recent.got", {}, 404)
        await self.refused(narrow, "im.recent.get", {}, 401)
        await self.refused(alice, "im.dialog.get", {"DIALOG_ID": ""}, 400)
        await self.refused(alice, "im.dialog.get", {"DIALOG_ID": "chat1111"}, 403)

    async def test_a_refused_command(self):
        with self.assertRaises(ErrorInServerResponseException) as caught:
            await person(portal.ALICE).call("im.dialog.get", {"DIALOG_ID": ""})
        (codes,) = caught.exception.args[0].values()
        self.assertEqual(codes["error"], "DIALOG_ID_EMPTY")


class Addresses(unittest.IsolatedAsyncioTestCase):
    """The same portal by its name, without a port."""

    async def test_the_name_is_in_the_certificate(self):
        url = f"https://{portal.HOST}/rest/{portal.token(portal.webhook(portal.ALICE))}/"
        async with ClientSession(trust_env=True, raise_for_status=True) as session:
            alice = BitrixAsync(url, verbose=False, client=session)
            self.assertEqual((await result(alice, "profile"))["ID"], str(portal.ALICE))

    async def test_plain_http_works_as_well(self):
        alice = client(portal.PLAIN[portal.ALICE])
        self.assertEqual((await result(alice, "profile"))["ID"], str(portal.ALICE))


if __name__ == "__main__":
    unittest.main()
