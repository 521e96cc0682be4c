"""fast_bitrix24 and two people who talk: a chat, messages, reading, and the counters on both sides."""

import unittest

import portal
from fast_client import person, result


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


if __name__ == "__main__":
    unittest.main()
