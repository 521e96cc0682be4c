"""b24pysdk and the recent list: im.recent.get with each of its parameters, im.recent.list to its end."""

import unittest
from datetime import datetime, timedelta

import portal
import recent_rows as rows_of
from pysdk_client import Client, client, hook


class RecentGet(unittest.TestCase):
    """im.recent.get as user 1, who has rows of every kind."""

    @classmethod
    def setUpClass(cls):
        cls.recent = client(portal.ALICE).im.recent
        cls.everything = cls.recent.get().result

    def test_rows_have_the_seed_pages_types(self):
        people = [row for row in self.everything if row["type"] == "user"]
        chats = [row for row in self.everything if row["type"] == "chat"]
        self.assertTrue(people and chats)
        for row in self.everything:
            for text in (row["id"], row["counter"], row["message"]["id"], row["message"]["author_id"]):
                self.assertIsInstance(text, str)
            self.assertIsInstance(row["message"]["attach"], bool)
        for row in people:
            self.assertNotIn("chat", row)
            self.assertEqual(row["user"]["id"], row["id"])
            self.assertEqual(row["title"], row["user"]["name"])
        for row in chats:
            self.assertNotIn("user", row)
            self.assertEqual(row["id"], f"chat{row['chat']['id']}")
            self.assertEqual(row["title"], row["chat"]["title"])

    def test_pinned_rows_come_first_and_then_the_newest(self):
        order = [(row["pinned"], datetime.fromisoformat(row["date"])) for row in self.everything]
        self.assertEqual(order, sorted(order, reverse=True))
        self.assertTrue(order[0][0] and not order[-1][0])

    def test_a_webhook_with_revision_33_gets_numbers(self):
        rows = Client(hook(portal.TODAY)).im.recent.get().result
        self.assertEqual([str(row["id"]) for row in rows], rows_of.ids(self.everything))
        for row in rows:
            self.assertIsInstance(row["counter"], int)
            self.assertIsInstance(row["message"]["id"], int)
            self.assertNotIn("date", row)

    def test_each_skip_flag_leaves_out_its_kind(self):
        skip_lines = self.recent.get(skip_openlines=True).result
        skip_chats = self.recent.get(skip_chat=True).result
        skip_dialogs = self.recent.get(skip_dialog=True).result
        for flag, rows in (("SKIP_OPENLINES", skip_lines), ("SKIP_CHAT", skip_chats), ("SKIP_DIALOG", skip_dialogs)):
            with self.subTest(flag):
                self.assertEqual(rows_of.ids(rows), rows_of.kept(self.everything, flag))
                self.assertLess(len(rows), len(self.everything))

    def test_skip_flags_add_up(self):
        rows = self.recent.get(skip_openlines=True, skip_chat=True, skip_dialog=True).result
        self.assertEqual(rows_of.ids(rows), rows_of.kept(self.everything, *rows_of.KEPT))
        self.assertTrue(rows, "channels and collabs stay")

    def test_flags_that_say_no_change_nothing(self):
        no = self.recent.get(skip_openlines=False, skip_chat=False, skip_dialog=False, only_openlines=False).result
        self.assertEqual(rows_of.ids(no), rows_of.ids(self.everything))

    def test_only_openlines_keeps_open_lines_whatever_else_is_said(self):
        lines = self.recent.get(only_openlines=True).result
        listed = [row["id"] for row in self.everything if rows_of.letter(row) == "L"]
        self.assertTrue(listed)
        self.assertLessEqual(set(listed), set(rows_of.ids(lines)))
        for row in lines:
            self.assertEqual((rows_of.letter(row), row["chat"]["type"]), ("L", "lines"))
            self.assertIsInstance(row["lines"]["id"], int)
        skipped = self.recent.get(only_openlines=True, skip_openlines=True, skip_chat=True).result
        self.assertEqual(rows_of.ids(skipped), rows_of.ids(lines))

    def test_both_dates_shrink_the_answer_to_what_changed_since(self):
        since = rows_of.middle(self.everything)
        expected = rows_of.changed_since(self.everything, since)
        self.assertTrue(0 < len(expected) < len(self.everything))
        by_update = self.recent.get(last_update=since.isoformat()).result
        by_sync = self.recent.get(last_sync_date=since.isoformat()).result
        self.assertEqual(set(rows_of.ids(by_update)), expected)
        self.assertEqual(set(rows_of.ids(by_sync)), expected)

    def test_last_update_is_stronger_than_last_sync_date(self):
        since = rows_of.middle(self.everything)
        future = (since + timedelta(days=30)).isoformat()
        rows = self.recent.get(last_update=since.isoformat(), last_sync_date=future).result
        self.assertEqual(set(rows_of.ids(rows)), rows_of.changed_since(self.everything, since))
        self.assertEqual(self.recent.get(last_update=future, last_sync_date=since.isoformat()).result, [])

    def test_a_sync_date_reaches_back_seven_days(self):
        answer = self.recent.get(last_sync_date="2019-07-11T10:45:31+02:00").response
        floor, minute = answer.time.date_start - rows_of.SYNC_FLOOR, timedelta(minutes=1)
        found = set(rows_of.ids(answer.result))
        self.assertLessEqual(found, rows_of.changed_since(self.everything, floor - minute))
        self.assertGreaterEqual(found, rows_of.changed_since(self.everything, floor + minute))
        self.assertLess(len(found), len(self.everything))

    def test_an_unreadable_date_is_not_a_date(self):
        rows = self.recent.get(last_update="yesterday", last_sync_date="11.07.2019").result
        self.assertEqual(rows_of.ids(rows), rows_of.ids(self.everything))

    def test_what_went_away_is_told_beside_the_result_and_disturbs_nobody(self):
        params = {"LAST_SYNC_DATE": "2019-07-11T10:45:31+02:00"}
        body = hook(portal.webhook(portal.ALICE)).call_method(api_method="im.recent.get", params=params)
        self.assertTrue(body["removed"])
        for removal in body["removed"]:
            self.assertIn(removal["reason"], ("hidden", "left", "removed", "deleted"))
            self.assertNotIn(removal["id"], rows_of.ids(body["result"]))


class RecentList(unittest.TestCase):
    """im.recent.list, the whole of it."""

    @classmethod
    def setUpClass(cls):
        cls.recent = client(portal.ALICE).im.recent

    def walk(self, between_pages=lambda: None) -> list:
        """The dialogs of all pages."""
        walked, page = [], {"hasMore": True}
        while page["hasMore"]:
            page = self.recent.list(offset=len(walked), limit=15).result
            walked += [str(dialog) for dialog in rows_of.ids(page["items"])]
            between_pages()
        return walked

    def test_pages_reach_every_chat_once(self):
        short = self.recent.get().result
        other_modules = {row["id"] for row in short if rows_of.letter(row) == "X"}
        walked = self.walk()
        self.assertGreater(len(walked), 3 * 15)
        self.assertEqual(len(walked), len(set(walked)))
        self.assertEqual(set(rows_of.ids(short)) - set(walked), other_modules)

    def test_pages_reach_every_chat_once_while_messages_arrive(self):
        expected = set(self.walk())
        bob = client(portal.BOB).im.message
        last = [row for row in self.recent.list(limit=200).result["items"] if row["type"] == "chat"][-1]
        walked = self.walk(lambda: bob.add(dialog_id=last["id"], message="Is anybody still here?").result)
        self.assertEqual(len(walked), len(set(walked)))
        self.assertEqual(set(walked), expected)

    def test_a_page_begins_where_the_offset_says(self):
        page = self.recent.list(limit=200).result
        self.assertFalse(page["hasMore"])
        part = self.recent.list(offset=7, limit=5).result
        self.assertTrue(part["hasMore"])
        self.assertEqual(rows_of.ids(part["items"]), rows_of.ids(page["items"])[7:12])

    def test_flags_choose_rows(self):
        recent = client(portal.BOB).im.recent
        everything = recent.list(limit=200).result["items"]
        unread = recent.list(limit=200, unread_only=True).result["items"]
        expected = [row["id"] for row in everything if row["counter"] > 0 or row["unread"]]
        self.assertEqual(rows_of.ids(unread), expected)
        self.assertTrue(0 < len(expected) < len(everything))
        people = recent.list(limit=200, skip_chat=True, skip_openlines=True).result["items"]
        self.assertFalse({row["chat"].get("message_type") for row in people} & {"C", "O", "L"})

    def test_a_date_leads_to_the_older_rows(self):
        rows = [row for row in self.recent.list(limit=200).result["items"] if not row["pinned"]]
        border = rows[len(rows) // 2]
        older = self.recent.list(limit=200, last_message_date=border["date_last_activity"]).result["items"]
        found = [row["id"] for row in older if not row["pinned"]]
        self.assertEqual(found, rows_of.ids(rows)[len(rows) // 2 :])


if __name__ == "__main__":
    unittest.main()
