"""Conversations of the first set of captures: sign-in, tokens and OAuth of a volunteer, and federation with a guest.

The captures name no cookies, and some no credentials. Tables add them by the name of the step. Tokens and codes that the
captured server issued are replaced with those of this run. ``test_federation_handshake.py`` replays the conversation that needs
two servers.
"""

import base64
import json
import re
from functools import cache
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.replay.ephios.dump import ORACLE
from tests.replay.ephios.exchange import BASE, Conversation
from tests.replay.ephios.first_set import CAPTURED_BASE

VISITOR_STEPS = {"bad login", "anon token list", "authorize anon"}
PERSONAL, OAUTH = "<personal token>", "2y92tt7xWeqm8N67jKqEQtnKIxfsBY"
BEARERS = {
    "use token": PERSONAL,
    "use revoked token": PERSONAL,
    "users/me with oauth token": OAUTH,
    "users with oauth token (missing scope)": OAUTH,
    "introspect with bearer": OAUTH,
    "old access token after refresh": OAUTH,
    "use revoked": "Z1kDm68oCBJ8W1PbSglkfjSCbkxHw6",
}
CLIENT_STEPS = {"introspect with client", "introspect unknown", "token basic auth no grant", "token ok via basic"}
BASIC = "Basic " + base64.b64encode(b"oracle-client:oracle-secret").decode()
PATHS_OF_CLIENTS = ("/api/oauth/token/", "/api/oauth/introspect/", "/api/oauth/revoke_token/")


@cache
def load_conversation(name: str) -> list[dict]:
    path = ORACLE / f"{name}.json"
    return json.loads(path.read_text().replace(CAPTURED_BASE, BASE)) if path.exists() else []


class ReplacedConversation(Conversation):
    """A conversation that replaces captured tokens, codes and ids with those that the replies of this run contain."""

    def __init__(self, app):
        super().__init__(app)
        self._replacements = {}

    def replay(self, step: dict):
        """Send the request of a captured step and return the reply."""
        captured, name = step["request"], step["step"]
        path = captured["url"].removeprefix(BASE)
        headers = {"Accept-Language": "en"} | captured.get("headers", {})
        request = {"method": captured["method"], "path": path, "headers": headers}
        if name in BEARERS:
            headers["Authorization"] = f"Bearer {BEARERS[name]}"
        elif name in CLIENT_STEPS:
            headers["Authorization"] = BASIC
        if captured["body"] is not None:
            kind = headers.pop("Content-Type", "")
            if kind == "application/json":
                request["json"] = json.loads(captured["body"])
            else:
                request["form"] = [
                    pair for pair in parse_qsl(captured["body"], True) if pair[0] != "csrfmiddlewaretoken"
                ]
        is_browser = "Authorization" not in headers and not path.startswith((*PATHS_OF_CLIENTS, "/api/federation/"))
        is_browser &= name not in VISITOR_STEPS
        reply = self.send(self._replace({"request": request} | ({"as": "user"} if is_browser else {})))
        self._note(step, reply)
        return reply

    def expected(self, step: dict) -> dict:
        """Return the captured response with symbols and values of this run."""
        body = step["body"]
        if isinstance(body, dict):
            body = {key: _symbol(key, value) for key, value in body.items()}
        elif isinstance(body, str):
            body = None
        headers = step.get("headers") or {"Content-Type": step["content_type"] or ""}
        names = [name for name in headers if name in ("Content-Type", "Location", "Allow")]
        headers = {name: headers[name] for name in names}
        return self._replace({"status": step["status"], "headers": headers, "body": body})

    def _note(self, step, reply):
        if isinstance(step["body"], dict) and reply.is_json:
            for key in ("access_token", "refresh_token"):
                if key in step["body"] and key in reply.json:
                    self._replacements[step["body"][key]] = reply.json[key]
        if step["step"] == "create token":
            self._note_personal_token(step, reply)
        codes = [
            parse_qs(urlsplit(location or "").query).get("code")
            for location in (step.get("headers", {}).get("Location"), reply.headers.get("Location"))
        ]
        if all(codes):
            self._replacements[codes[0][0]] = codes[1][0]

    def _note_personal_token(self, step, reply):
        captured, shown = step["headers"]["Location"], reply.headers["Location"]
        page = self.send({"request": {"method": "GET", "path": shown}, "as": "user"})
        captured_id, shown_id = (path.strip("/").rpartition("/")[2] for path in (captured, shown))
        self._replacements |= {
            captured: shown,
            json.dumps(["pk", captured_id]): json.dumps(["pk", shown_id]),
            PERSONAL: re.search(r'class="?secret"?>([^<]+)', page.text)[1],
        }

    def _replace(self, value):
        text = json.dumps(value)
        for captured, issued in self._replacements.items():
            text = text.replace(captured, issued)
        return json.loads(text)


def _symbol(key, value):
    if key in ("access_token", "refresh_token"):
        return f"<{key} of {len(value)}>"
    return {"exp": "<n>", "host_name": "Crew Oracle"}.get(key, value)
