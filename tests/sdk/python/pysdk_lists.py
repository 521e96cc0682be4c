"""b24pysdk and its helpers for long lists."""

import unittest

import portal
from pysdk_client import client


class Lists(unittest.TestCase):
    """More colleagues than a page of 50 holds."""

    @classmethod
    def setUpClass(cls):
        cls.user = client(portal.ALICE).user

    def test_a_page_says_how_many_there_are_and_where_the_next_begins(self):
        first = self.user.get().response
        self.assertGreater(first.total, 50)
        self.assertEqual((len(first.result), first.next), (50, 50))
        rest = self.user.get(start=first.next).response
        self.assertEqual((len(rest.result), rest.next), (first.total - 50, None))

    def test_as_list_reaches_everybody_once(self):
        people = [person["ID"] for person in self.user.get().as_list().result]
        self.assertEqual(len(people), self.user.get().response.total)
        self.assertEqual(len(people), len(set(people)))
        self.assertGreaterEqual(len(people), portal.colleagues())

    def test_as_list_fast_reaches_the_same_people_in_order(self):
        people = [int(person["ID"]) for person in self.user.get().as_list().result]
        fast = [int(person["ID"]) for person in self.user.get().as_list_fast().result]
        self.assertEqual(fast, sorted(people))
        backwards = [int(person["ID"]) for person in self.user.get().as_list_fast(descending=True).result]
        self.assertEqual(backwards, sorted(people, reverse=True))

    def test_limits_cut_the_list(self):
        self.assertEqual(len(self.user.get().as_list(limit=53).result), 53)
        self.assertEqual(len(list(self.user.get().as_list_fast(limit=53).result)), 53)

    def test_a_filter_by_numbers_is_asked_in_one_batch(self):
        wanted = [3, 1, 2]
        people = list(self.user.get(filter={"ID": wanted}).as_list_fast().result)
        self.assertEqual([person["ID"] for person in people], ["1", "2", "3"])


if __name__ == "__main__":
    unittest.main()
