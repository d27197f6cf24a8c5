"""An application that goes through the flow as ephios's captures do, step by step."""

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.browser_client import form_fields

CALLBACK = "http://127.0.0.1:9/cb"
VERIFIER = "8vtUVI0i4HhQwjUlRiHu3ZtnfNUfDnQTuNdT6A_bre701fPpzIziWs1Z7H-KBvTX"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ORACLE = Path(__file__).parents[2] / "../shared/oracle/ephios/oauth_flow.json"
SECRET = "oracle-secret"


class Flow:
    """``client`` at the server's ephios side; ``browser`` is where its user sits."""

    def __init__(self, browser, client, secret=SECRET):
        self.browser, self.client, self.secret = browser, client, secret

    def authorization_url(self, **changes):
        """The address that people are sent to; None leaves a parameter out."""
        asked = {
            "response_type": "code",
            "client_id": self.client.key,
            "redirect_uri": CALLBACK,
            "scope": "PUBLIC_READ ME_READ",
            "state": "xyz",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in (asked | changes).items() if value is not None}
        return f"/api/oauth/authorize/?{urlencode(asked)}"

    def answer(self, allow=True, **changes):
        """Return the response after the user has answered the consent page."""
        page = self.browser.get(self.authorization_url(**changes))
        assert page.status_code == 200, (page.status_code, page.location, page.text)
        return self.browser.post(
            "/api/oauth/authorize/", form_fields(page.text) | ({"allow": "Authorize"} if allow else {})
        )

    def code(self, **changes):
        return parse_redirect(self.answer(**changes))["code"]

    def post(self, path="token", auth=None, **form):
        if auth is None:
            form = {"client_id": self.client.key, "client_secret": self.secret} | form
        form = {name: value for name, value in form.items() if value is not None}
        return self.browser.post(f"/api/oauth/{path}/", form, auth=auth)

    def redeem(self, code, **changes):
        return self.post(
            **{
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
                **changes,
            }
        )

    def tokens(self, **changes):
        return self.redeem(self.code(**changes)).json

    def refresh(self, token, **changes):
        return self.post(**{"grant_type": "refresh_token", "refresh_token": token, **changes})

    def is_valid(self, token):
        """Whether v2.1 knows who is calling."""
        reply = self.browser.get("/v2.1/events", headers={"Authorization": f"Bearer {token}"})
        return "user_uri" in reply.json["meta"]


def parse_redirect(reply):
    """Return the parameters of the redirect to the application."""
    assert reply.status_code == 302, (reply.status_code, reply.text)
    return {name: values[0] for name, values in parse_qs(urlsplit(reply.location).query).items()}


def captured_step(step):
    return next(each for each in json.loads(ORACLE.read_text()) if each["step"] == step)
