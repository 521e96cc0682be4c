"""b24pysdk and batch: named commands, references between them, halting, and more commands than one batch holds."""

import unittest

import portal
from pysdk_client import client


class Batch(unittest.TestCase):
    """Batches of user 1."""

    @classmethod
    def setUpClass(cls):
        cls.client = client(portal.ALICE)
        cls.im = cls.client.im

    def test_a_command_uses_what_an_earlier_one_answered(self):
        title = "Made by a batch"
        answer = self.client.call_batch(
            {
                "me": self.client.profile(),
                "myself": self.client.user.get(filter={"ID": "$result[me][ID]"}),
                "chat": self.im.chat.add(users=[portal.BOB], title=title, type="CHAT"),
                "said": self.im.message.add(dialog_id="chat$result[chat]", message="Hello, chat $result[chat]!"),
                "read": self.im.dialog.messages.get(dialog_id="chat$result[chat]", limit=1),
                "author": self.client.user.get(filter={"ID": "$result[read][messages][0][author_id]"}),
            },
            halt=True,
        ).result
        self.assertEqual(answer.result_error, [])
        result = answer.result
        self.assertEqual(result["myself"][0]["ID"], str(portal.ALICE))
        self.assertEqual(result["author"][0]["ID"], str(portal.ALICE))
        self.assertEqual(result["read"]["messages"][0]["id"], result["said"])
        self.assertEqual(result["read"]["messages"][0]["text"], f"Hello, chat {result['chat']}!")
        self.assertEqual(answer.result_total["author"], 1)
        self.assertEqual(set(answer.result_time), set(result))
        bobs = client(portal.BOB).im.recent.get().result
        self.assertEqual([row["counter"] for row in bobs if row["title"] == title], ["1"])

    def test_a_list_of_commands_is_answered_in_order(self):
        answer = self.client.call_batch([self.im.revision.get(), self.im.counters.get()]).result
        self.assertEqual(answer.result[0]["rest"], 29)
        self.assertIn("TYPE", answer.result[1])

    def test_a_refused_command_is_told_apart_and_the_others_run(self):
        answer = self.client.call_batch(
            {
                "bad": self.im.dialog.get(dialog_id=""),
                "good": self.im.recent.get(only_openlines=True),
                "unknown": self.im.dialog.get(dialog_id="chat1111"),
            },
        ).result
        self.assertEqual(answer.result_error["bad"]["error"], "DIALOG_ID_EMPTY")
        self.assertEqual(answer.result_error["unknown"]["error"], "ACCESS_ERROR")
        self.assertEqual(set(answer.result), {"good"})
        self.assertTrue(answer.result["good"])

    def test_halt_stops_at_the_first_refusal(self):
        answer = self.client.call_batch(
            {
                "first": self.im.counters.get(),
                "bad": self.im.dialog.get(dialog_id=""),
                "never": self.im.message.add(dialog_id=str(portal.BOB), message="never sent"),
            },
            halt=True,
        ).result
        self.assertEqual(set(answer.result), {"first"})
        self.assertEqual(set(answer.result_error), {"bad"})
        last = self.im.dialog.messages.get(dialog_id=str(portal.BOB), limit=1).result["messages"][0]
        self.assertNotEqual(last["text"], "never sent")

    def test_more_than_fifty_commands_go_in_several_batches(self):
        commands = {f"user{user}": self.client.user.get(filter={"ID": user}) for user in range(1, 61)}
        answer = self.client.call_batches(commands).result
        self.assertEqual(set(answer.result), set(commands))
        self.assertEqual(answer.result["user2"][0]["ID"], "2")


if __name__ == "__main__":
    unittest.main()
