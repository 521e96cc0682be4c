"""b24pysdk as an application: tokens, their renewal at the host that the SDK has built in, and its own refusals."""

import unittest

from b24pysdk import Client, errors
from b24pysdk.credentials import BitrixApp, BitrixToken
from b24pysdk.errors import oauth

import portal


def app(**other: str) -> BitrixApp:
    """The application, or one that differs from it."""
    known = {"client_id": portal.APP["client_id"], "client_secret": portal.APP["client_secret"]}
    return BitrixApp(**(known | other))


def token(tokens: dict) -> BitrixToken:
    """The SDK's token of these tokens."""
    return BitrixToken(
        domain=portal.HOST,
        auth_token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
        bitrix_app=app(),
    )


class OAuth(unittest.TestCase):
    """What an application does with its tokens."""

    def test_a_token_acts_as_its_user(self):
        alice = Client(token(portal.TOKENS))
        self.assertEqual(alice.profile().result["ID"], str(portal.ALICE))
        self.assertTrue(alice.im.recent.get().result)
        info = alice.app.info().response.value
        self.assertEqual((info.code, info.status.value, info.installed), (portal.APP["client_id"], "L", True))

    def test_a_token_that_has_ended_is_renewed_on_the_way(self):
        expired = token(portal.EXPIRED)
        before = (expired.auth_token, expired.refresh_token)
        self.assertEqual(Client(expired).profile().result["ID"], str(portal.BOB))
        self.assertNotEqual((expired.auth_token, expired.refresh_token), before)

    def test_what_was_renewed_is_what_the_authorization_host_tells(self):
        renewed = app().refresh_oauth_token(portal.TOKENS["refresh_token"])
        info = app().get_app_info(renewed.oauth_token.access_token).result
        self.assertTrue(renewed.validate_against_app_info(info))
        self.assertEqual((info.user_id, info.install.installed), (portal.ALICE, True))

    def test_a_scope_that_the_application_has_not(self):
        with self.assertRaises(errors.BitrixAPIInsufficientScope):
            Client(token(portal.TOKENS)).department.get().call()

    def refused(self, kind: type, status: int, act):
        """Runs `act`, which must be refused in exactly this way."""
        with self.assertRaises(kind) as caught:
            act()
        self.assertEqual((type(caught.exception), caught.exception.status_code), (kind, status))

    def test_refusals_of_the_authorization_host(self):
        for kind, status, act in [
            (oauth.BitrixOauthWrongClient, 200, lambda: app(client_id="local.nobody").get_oauth_token(code="x")),
            (oauth.BitrixOAuthInvalidClient, 400, lambda: app(client_secret="wrong").get_oauth_token(code="x")),
            (oauth.BitrixOAuthInvalidGrant, 400, lambda: app().get_oauth_token(code="x")),
            (oauth.BitrixOAuthInvalidGrant, 400, lambda: app().refresh_oauth_token("x")),
            (oauth.BitrixOAuthInvalidRequest, 400, lambda: app().refresh_oauth_token("")),
        ]:
            with self.subTest(kind.__name__):
                self.refused(kind, status, act)


if __name__ == "__main__":
    unittest.main()
