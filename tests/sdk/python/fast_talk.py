"""fast_bitrix24 and two people who talk, batches, long lists and refusals."""

import unittest

from aiohttp import ClientResponseError
from fast_bitrix24.server_response import ErrorInServerResponseException

import portal
from fast_client import client, person, result


class Talk(unittest.IsolatedAsyncioTestCase):
    """User 3 writes, user 4 reads."""

    async def asyncSetUp(self):
        self.carol, self.dave = person(portal.CAROL), person(portal.DAVE)

    async def unread(self, caller, chat: int) -> tuple:
        """The chat's counter and the sum of all."""
        counters = await result(caller, "im.counters.get")
        return dict(counters["CHAT"] or {}).get(str(chat), 0), counters["TYPE"]["ALL"]

    async def test_counters_rise_with_messages_and_fall_with_reading(self):
        chat = await self.carol.call("im.chat.add", {"USERS": [portal.DAVE], "TITLE": "Spokes", "TYPE": "CHAT"})
        dialog = f"chat{chat}"
        _, before = await self.unread(self.dave, chat)
        texts = [{"DIALOG_ID": dialog, "MESSAGE": f"Spoke {number}"} for number in range(3)]
        sent = await self.carol.call("im.message.add", texts)
        self.assertEqual(list(sent), sorted(sent))
        self.assertEqual(await self.unread(self.dave, chat), (3, before + 3))
        self.assertEqual((await self.unread(self.carol, chat))[0], 0)

        read = await result(self.dave, "im.dialog.read", {"DIALOG_ID": dialog, "MESSAGE_ID": sent[1]})
        self.assertEqual(read, {"dialogId": dialog, "chatId": chat, "lastId": sent[1], "counter": 1})
        self.assertEqual(await self.unread(self.dave, chat), (1, before + 1))
        rows = await self.dave.get_all("im.recent.get")
        self.assertEqual([row["counter"] for row in rows if row["id"] == dialog], ["1"])
        await self.dave.call("im.dialog.read", {"DIALOG_ID": dialog})
        self.assertEqual(await self.unread(self.dave, chat), (0, before))


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
        self.assertEqual({number: people[0]["ID"] for number, people in found.items()}, dict(zip(wanted, wanted)))


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


if __name__ == "__main__":
    unittest.main()
