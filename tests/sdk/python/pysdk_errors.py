"""b24pysdk and refusals: each surfaces as the SDK's own class, with the code and the status of the contract."""

import unittest

from b24pysdk import BitrixWebhook, Client, errors
from b24pysdk.errors import oauth
from requests.exceptions import SSLError

import portal
from pysdk_client import client, hook


class Errors(unittest.TestCase):
    """What is refused, and how the SDK says so."""

    def refused(self, kind: type, code: str, status: int, act):
        """Runs `act`, which must be refused in exactly this way."""
        with self.assertRaises(errors.BitrixAPIError) as caught:
            act()
        error = caught.exception
        self.assertEqual((type(error), error.error, error.status_code), (kind, code, status))
        self.assertTrue(error.error_description)

    def test_a_wrong_secret(self):
        stranger = Client(BitrixWebhook(domain=portal.HOST, webhook_token="1/nobodyeverwrotethis"))
        kind = errors.BitrixAPIInvalidCredentials
        self.refused(kind, "INVALID_CREDENTIALS", 401, stranger.im.recent.get().call)

    def test_somebody_elses_secret(self):
        secret = portal.token(portal.webhook(portal.ALICE)).split("/")[1]
        thief = Client(BitrixWebhook(domain=portal.HOST, webhook_token=f"{portal.BOB}/{secret}"))
        self.refused(errors.BitrixAPIInvalidCredentials, "INVALID_CREDENTIALS", 401, thief.im.recent.get().call)

    def test_no_credentials(self):
        nobody = BitrixWebhook(domain=portal.HOST, webhook_token="1/x")
        nobody.auth_token = ""
        kind = oauth.BitrixOAuthNoAuthFound
        self.refused(kind, "NO_AUTH_FOUND", 401, lambda: nobody.call_method(api_method="im.recent.get"))

    def test_an_unknown_method(self):
        token = hook(portal.webhook(portal.ALICE))
        kind = errors.BitrixAPINotFound
        self.refused(kind, "ERROR_METHOD_NOT_FOUND", 404, lambda: token.call_method(api_method="im.recent.got"))

    def test_a_scope_that_the_webhook_has_not(self):
        narrow = Client(hook(portal.NARROW))
        self.assertEqual(narrow.user.current().result["ID"], str(portal.BOB))
        self.refused(errors.BitrixAPIInsufficientScope, "insufficient_scope", 401, narrow.im.recent.get().call)

    def test_a_scope_of_another_product(self):
        alice = client(portal.ALICE)
        self.refused(errors.BitrixAPIInsufficientScope, "insufficient_scope", 401, alice.crm.lead.fields().call)

    def test_an_empty_dialog(self):
        act = client(portal.ALICE).im.dialog.get(dialog_id="").call
        self.refused(errors.BitrixAPIBadRequest, "DIALOG_ID_EMPTY", 400, act)

    def test_a_chat_that_is_not(self):
        act = client(portal.ALICE).im.dialog.get(dialog_id="chat1111").call
        self.refused(errors.BitrixAPIAccessError, "ACCESS_ERROR", 403, act)

    def test_a_message_to_a_chat_that_is_not(self):
        act = client(portal.ALICE).im.message.add(dialog_id="chat1111", message="Hello?").call
        self.refused(errors.BitrixAPIBadRequest, "CHAT_ID", 400, act)

    def test_an_empty_message(self):
        act = client(portal.ALICE).im.message.add(dialog_id=str(portal.BOB), message="").call
        self.refused(errors.BitrixAPIBadRequest, "MESSAGE_EMPTY", 400, act)

    def test_somebody_elses_message(self):
        said = client(portal.ALICE).im.message.add(dialog_id=str(portal.BOB), message="Mine").result
        act = client(portal.BOB).im.message.update(message_id=said, message="Yours").call
        self.refused(errors.BitrixAPIForbidden, "CANT_EDIT_MESSAGE", 403, act)

    def test_a_name_that_is_not_in_the_certificate(self):
        elsewhere = Client(BitrixWebhook(domain="other.lately.test", webhook_token="1/x"))
        with self.assertRaises(errors.BitrixRequestError) as caught:
            elsewhere.im.recent.get().call()
        self.assertIsInstance(caught.exception.__cause__, SSLError)


class Addresses(unittest.TestCase):
    """The same portal under its other address."""

    def test_an_address_with_a_port_works_as_well(self):
        there = Client(hook(portal.webhook(portal.ALICE), portal.ADDRESS))
        self.assertEqual(there.profile().result["ID"], str(portal.ALICE))


if __name__ == "__main__":
    unittest.main()
