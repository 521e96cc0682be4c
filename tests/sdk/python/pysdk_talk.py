"""b24pysdk and two people who talk: a chat, messages, reading, and the counters on both sides."""

import unittest

import portal
from pysdk_client import client


class Talk(unittest.TestCase):
    """User 3 writes, user 4 reads."""

    @classmethod
    def setUpClass(cls):
        cls.carol, cls.dave = client(portal.CAROL).im, client(portal.DAVE).im

    def counters(self, im) -> dict:
        """im.counters.get; an empty map comes as an empty list."""
        counters = im.counters.get().result
        return {key: value or {} for key, value in counters.items()}

    def row(self, im, dialog: str) -> dict:
        """The dialog's row in the recent list."""
        return next(row for row in im.recent.get().result if row["id"] == dialog)

    def test_counters_of_a_chat_rise_with_messages_and_fall_with_reading(self):
        before = self.counters(self.dave)["TYPE"]
        chat = self.carol.chat.add(users=[portal.DAVE], title="Bells and whistles", type="CHAT").result
        self.assertIsInstance(chat, int)
        dialog = f"chat{chat}"
        self.assertNotIn(str(chat), self.counters(self.dave)["CHAT"])

        messages = [
            self.carol.message.add(dialog_id=dialog, message=f"Bell number [B]{number}[/B]\nis ready").result
            for number in (1, 2, 3)
        ]
        self.assertEqual(messages, sorted(set(messages)))
        after = self.counters(self.dave)
        self.assertEqual(after["CHAT"][str(chat)], 3)
        for part in ("ALL", "CHAT", "MESSENGER"):
            self.assertEqual(after["TYPE"][part], before[part] + 3, part)
        self.assertNotIn(str(chat), self.counters(self.carol)["CHAT"])

        row = self.row(self.dave, dialog)
        self.assertEqual((row["counter"], row["title"]), ("3", "Bells and whistles"))
        self.assertEqual(row["message"]["id"], str(messages[-1]))
        self.assertEqual(row["message"]["text"], "Bell number 3 is ready")
        self.assertEqual(row["message"]["author_id"], str(portal.CAROL))
        self.assertEqual(self.row(self.carol, dialog)["counter"], "0")

        read = self.dave.dialog.read(dialog_id=dialog, message_id=messages[1]).result
        self.assertEqual(read, {"dialogId": dialog, "chatId": chat, "lastId": messages[1], "counter": 1})
        self.assertEqual(self.row(self.dave, dialog)["counter"], "1")
        self.assertEqual(self.counters(self.dave)["TYPE"]["ALL"], before["ALL"] + 1)

        self.dave.dialog.read(dialog_id=dialog, message_id=messages[2]).call()
        self.assertEqual(self.row(self.dave, dialog)["counter"], "0")
        self.assertEqual(self.counters(self.dave)["TYPE"], before)

        self.assertTrue(self.dave.dialog.unread(dialog_id=dialog, message_id=messages[0]).result)
        self.assertEqual(self.counters(self.dave)["CHAT"][str(chat)], 3)
        self.carol.message.delete(message_id=messages[0]).call()
        self.assertEqual(self.counters(self.dave)["CHAT"][str(chat)], 2, "a deleted message stops counting")
        self.dave.message.add(dialog_id=dialog, message="Thank you!").call()
        self.assertEqual(self.counters(self.dave)["TYPE"], before, "who answers has read")
        self.assertEqual(self.row(self.carol, dialog)["counter"], "1")

    def test_counters_of_a_private_dialog_are_kept_by_person(self):
        to_dave, to_carol = str(portal.DAVE), str(portal.CAROL)
        before = self.counters(self.dave)["DIALOG"].get(to_carol, 0)
        first = self.carol.message.add(dialog_id=to_dave, message="Lunch?").result
        self.carol.message.add(dialog_id=to_dave, message="Soup today").call()
        self.assertEqual(self.counters(self.dave)["DIALOG"][to_carol], before + 2)
        row = self.row(self.dave, to_carol)
        self.assertEqual((row["type"], row["user"]["id"], row["message"]["text"]), ("user", to_carol, "Soup today"))

        self.assertEqual(self.dave.dialog.read(dialog_id=to_carol, message_id=first).result["counter"], 1)
        self.assertEqual(self.counters(self.dave)["DIALOG"][to_carol], 1)
        self.assertTrue(self.dave.dialog.read.all().result)
        everything = self.counters(self.dave)
        self.assertNotIn(to_carol, everything["DIALOG"])
        self.assertEqual((everything["TYPE"]["DIALOG"], everything["TYPE"]["CHAT"]), (0, 0))

    def test_a_muted_chat_counts_apart(self):
        chat = self.carol.chat.add(users=[portal.DAVE], title="Machine hall noises", type="CHAT").result
        total = self.counters(self.dave)["TYPE"]["ALL"]
        self.assertTrue(self.dave.chat.mute(chat_id=chat, mute=True).result)
        self.carol.message.add(dialog_id=f"chat{chat}", message="Bzzz").call()
        counters = self.counters(self.dave)
        self.assertEqual((counters["CHAT_MUTED"][str(chat)], counters["TYPE"]["ALL"]), (1, total))
        self.assertTrue(self.dave.chat.mute(chat_id=chat, mute=False).result)
        counters = self.counters(self.dave)
        self.assertEqual((counters["CHAT"][str(chat)], counters["TYPE"]["ALL"]), (1, total + 1))

    def test_messages_are_read_back_in_windows(self):
        chat = self.carol.chat.add(users=[portal.DAVE], title="Serial numbers", type="CHAT").result
        dialog = f"chat{chat}"
        sent = [self.carol.message.add(dialog_id=dialog, message=f"No. {number}").result for number in range(5)]
        self.dave.dialog.read(dialog_id=dialog, message_id=sent[-1]).call()
        newest = self.dave.dialog.messages.get(dialog_id=dialog, limit=2).result
        self.assertEqual(newest["chat_id"], chat)
        self.assertEqual({message["id"] for message in newest["messages"]}, set(sent[3:]))
        older = self.dave.dialog.messages.get(dialog_id=dialog, last_id=sent[3], limit=2).result
        self.assertEqual({message["text"] for message in older["messages"]}, {"No. 1", "No. 2"})
        self.assertIn(portal.CAROL, [user["id"] for user in older["users"]])

    def test_pins_hides_and_marks_change_the_owners_list_only(self):
        chat = self.carol.chat.add(users=[portal.DAVE], title="Paint of the week", type="CHAT").result
        dialog = f"chat{chat}"
        self.carol.message.add(dialog_id=dialog, message="Moss green").call()
        self.assertTrue(self.dave.recent.pin(dialog_id=dialog, pin=True).result)
        self.assertTrue(self.dave.recent.get().result[0]["pinned"])
        self.assertFalse(self.row(self.carol, dialog)["pinned"])
        self.assertTrue(self.dave.recent.unread(dialog_id=dialog, action=True).result)
        self.assertTrue(self.row(self.dave, dialog)["unread"])
        self.assertTrue(self.dave.recent.hide(dialog_id=dialog).result)
        self.assertNotIn(dialog, [row["id"] for row in self.dave.recent.get().result])
        self.carol.message.add(dialog_id=dialog, message="Or fern?").call()
        row = self.row(self.dave, dialog)
        self.assertEqual((row["counter"], row["pinned"], row["unread"]), ("1", False, False))


if __name__ == "__main__":
    unittest.main()
