"""What the scale benchmark asks a full database: each row of its table has to be what its name says."""
import unittest

from harness.reads import Side, reads

PAYMENTS = [(7, "pi_a", 70, 0), (9, "pi_b", 90, 0)]


class ReadsTests(unittest.TestCase):
    def paths(self, name):
        side = Side(None, "admin", "heavy", ["light"], ("north", "south"), PAYMENTS)
        return [text.split(" ")[1].removeprefix("/api/v1") for text in reads(side)[name]]

    def test_every_look_up_asks_for_what_its_name_says(self):
        self.assertEqual(
            self.paths("get: transaction by number"), ["/payments/transactions/7", "/payments/transactions/9"])
        self.assertEqual(
            self.paths("get: its history"), ["/payments/transactions/7/events", "/payments/transactions/9/events"])
        self.assertEqual(self.paths("get: its refunds, by intent"), ["/payments/pi_a/refunds", "/payments/pi_b/refunds"])

    def test_every_list_asks_for_what_its_name_says(self):
        self.assertEqual(self.paths("list: all, newest"), ["/payments/transactions"] * 2)
        self.assertEqual(
            self.paths("list: by order"), ["/payments/transactions?order_id=70", "/payments/transactions?order_id=90"])
        for path in self.paths("list: orders of the user with most, deep pages"):
            self.assertTrue(path.startswith("/orders?cursor="), path)

    def test_no_two_questions_are_the_same(self):
        side = Side(None, "admin", "heavy", ["light"], ("north", "south"), PAYMENTS)
        asked = {name: "".join(requests) for name, requests in reads(side).items()}
        self.assertEqual(len(set(asked.values())), len(asked))


if __name__ == "__main__":
    unittest.main()
