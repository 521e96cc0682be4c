"""fast_bitrix24 and the recent list: im.recent.get with each of its parameters, im.recent.list to its end."""

import unittest

import portal
import recent_rows as rows_of
from fast_client import client, person, result

LONG_AGO = "2019-07-11T10:45:31+02:00"


class Recent(unittest.IsolatedAsyncioTestCase):
    """The lists of user 1."""

    async def asyncSetUp(self):
        self.alice = person(portal.ALICE)
        self.everything = await self.get()

    async def get(self, **params) -> list:
        """The rows of im.recent.get."""
        return await self.alice.get_all("im.recent.get", params)

    async def test_the_sdks_three_ways_to_call_answer_the_same(self):
        raw = await result(self.alice, "im.recent.get", {"SKIP_OPENLINES": "Y"})
        batched = await self.alice.call("im.recent.get", [{"SKIP_OPENLINES": "Y"}])
        gotten = await self.get(SKIP_OPENLINES="Y")
        self.assertTrue(raw)
        self.assertEqual(rows_of.ids(batched), rows_of.ids(raw))
        self.assertEqual(rows_of.ids(gotten), rows_of.ids(raw))

    async def test_each_skip_flag_leaves_out_its_kind(self):
        for flag in rows_of.KEPT:
            with self.subTest(flag):
                rows = await self.get(**{flag: "Y"})
                self.assertEqual(rows_of.ids(rows), rows_of.kept(self.everything, flag))
                self.assertLess(len(rows), len(self.everything))
                said_no = await self.get(**{flag: "N"})
                self.assertEqual(rows_of.ids(said_no), rows_of.ids(self.everything))

    async def test_only_openlines_keeps_open_lines(self):
        lines = await self.get(ONLY_OPENLINES="Y")
        self.assertEqual({rows_of.letter(row) for row in lines}, {"L"})
        listed = {row["id"] for row in self.everything if rows_of.letter(row) == "L"}
        self.assertLessEqual(listed, set(rows_of.ids(lines)))

    async def test_both_dates_shrink_the_answer_to_what_changed_since(self):
        since = rows_of.middle(self.everything)
        expected = rows_of.changed_since(self.everything, since)
        self.assertTrue(0 < len(expected) < len(self.everything))
        for name in ("LAST_UPDATE", "LAST_SYNC_DATE"):
            with self.subTest(name):
                rows = await self.get(**{name: since.isoformat()})
                self.assertEqual(set(rows_of.ids(rows)), expected)
                reached = await self.get(**{name: LONG_AGO})
                self.assertTrue(len(expected) <= len(reached) < len(self.everything))

    async def test_a_webhook_with_revision_33_gets_numbers(self):
        rows = await client(portal.TODAY).get_all("im.recent.get")
        self.assertEqual([str(row["id"]) for row in rows], rows_of.ids(self.everything))
        self.assertEqual({type(row["counter"]) for row in rows}, {int})

    async def test_pages_of_the_long_list_reach_every_chat_once(self):
        walked, page = [], {"hasMore": True}
        while page["hasMore"]:
            page = await result(self.alice, "im.recent.list", {"OFFSET": len(walked), "LIMIT": 15})
            walked += [str(dialog) for dialog in rows_of.ids(page["items"])]
        self.assertGreater(len(walked), 3 * 15)
        self.assertEqual(len(walked), len(set(walked)))
        other_modules = {row["id"] for row in self.everything if rows_of.letter(row) == "X"}
        self.assertEqual(set(rows_of.ids(self.everything)) - set(walked), other_modules)


if __name__ == "__main__":
    unittest.main()
