"""The captured conversation with Gancio 1.27.0: its steps are sent in their order and compared with the captures."""

import contextvars
import datetime as dt
import io
import json
from itertools import count

from PIL import Image

from joindin.extensions import db
from joindin.jobs.mail_delivery import deliver_due_mail
from tests.browser_client import Browser, form_fields
from tests.replay.gancio.documents import read_body
from tests.replay.gancio.procedures import find_procedure
from tests.replay.gancio.symbols import Symbols, series_times
from tests.replay.gancio.views import view_body

# The answers of these groups belong to federation, which this server does not have yet.
GROUPS_NOT_BUILT = ("federation",)
EXIF_ORIENTATION = 0x0112


class Conversation:
    """Sends the steps to ``app``. ``mail_server`` is the SMTP server that the application sends its mails to."""

    def __init__(self, app, mail_server):
        self.base = app.config["WEBSITE_URL"]
        self.symbols = Symbols(self.base, dt.datetime.now(dt.UTC))
        self._app, self._mail_server = app, mail_server
        self._addresses = (f"198.51.{number // 250}.{number % 250 + 1}" for number in count())

    def difference(self, step) -> str | None:
        """Carry out a step. Return how the answer differs from what was captured and from what the contract allows."""
        self._define_times(step)
        if "procedure" in step:
            return self._compare_body(step, step["response"]["body"], find_procedure(step)(self, step))
        reply = self._send(step)
        body = read_body(reply)
        self._keep(step, body)
        problem = self._compare_with_capture(step, reply, body)
        return problem and self._compare_with_contract(step, reply, body, problem)

    def _compare_with_capture(self, step, reply, body):
        expected = step["response"]
        if _must_differ(step):
            return "the captured answer is a defect"
        if reply.status_code != expected["status"]:
            return f"status {reply.status_code}, not {expected['status']}: {reply.get_data(as_text=True)[:300]}"
        for name, value in expected.items():
            if name not in ("status", "body") and (problem := self._compare_header(name, value, reply)):
                return problem
        if "body" not in expected or step.get("view") == "the body is not looked at":
            return None
        return self._compare_body(step, expected["body"], body)

    def _compare_with_contract(self, step, reply, body, problem):
        for allowed in step.get("contract", ()):
            statuses = allowed["status"] if isinstance(allowed["status"], list) else [allowed["status"]]
            if reply.status_code not in statuses:
                problem = f"status {reply.status_code}, not {statuses}: {reply.get_data(as_text=True)[:200]}"
                continue
            if "like" in allowed:
                problem = self._compare_body(step, without_noted(step, allowed), body)
            elif "body" in allowed:
                problem = self._compare_body(step, allowed["body"], body)
            else:
                return None
            if problem is None:
                return None
        return problem

    def _compare_header(self, name, value, reply):
        if name == "type":
            actual = reply.content_type.partition(";")[0]
            is_text = value == "text" and actual in ("text/plain", "text/html")
            return None if is_text or actual == value else f"type {actual}, not {value}"
        header = {"cors": "Access-Control-Allow-Origin"}.get(name, name)
        actual = reply.headers.get(header)
        if name == "location" and actual:
            actual = actual.removeprefix(self.base)
        return None if actual == str(self.symbols.resolve(value)) else f"{header} is {actual!r}, not {value!r}"

    def _compare_body(self, step, expected, body):
        return self.symbols.difference(expected, view_body(step, body))

    def _define_times(self, step):
        for name in step.get("define", ()):
            tag = name.removeprefix("time:")
            if "." in tag:
                continue
            for each, value in series_times(tag, step["name"], dt.datetime.now(dt.UTC)).items():
                self.symbols.keep(f"time:{each}", value)

    def _keep(self, step, body):
        for name, path in step.get("keep", {}).items():
            value = body
            if path == "id of the row with that e-mail":
                local_part = name.partition(":")[2]
                path = str(next(n for n, row in enumerate(body) if row["email"].startswith(f"{local_part}@"))) + ".id"
            for key in path.split("."):
                try:
                    value = value[int(key)] if isinstance(value, list) else value[key]
                except (KeyError, IndexError, TypeError):
                    value = None
            if value is not None:
                self.symbols.keep(name, value)

    def _send(self, step):
        method, _, path = step["request"].partition(" ")
        headers = dict(self.symbols.resolve(step.get("headers", {})))
        if "as" in step:
            headers["Authorization"] = self.symbols.resolve(f"Bearer <token:{step['as']}>")
        arguments = {}
        if "json" in step:
            arguments["json"] = self.symbols.resolve(step["json"])
        elif "form" in step:
            arguments["data"] = _pairs(self.symbols.resolve(step["form"]))
        elif "multi" in step:
            arguments["data"] = _pairs([name, _part(value, self.symbols)] for name, value in step["multi"])
            arguments["content_type"] = "multipart/form-data"
        return self.request(method, self.symbols.resolve(path), headers=headers, **arguments)

    def request(self, method, path, *, address=None, **arguments):
        """Send a request from an address of its own, so that no limit is met."""
        client = self._app.test_client(use_cookies=False)
        environ = {"REMOTE_ADDR": address or next(self._addresses)}
        return contextvars.Context().run(
            client.open, str(path), method=method, base_url=self.base, environ_base=environ, **arguments
        )

    def get(self, path):
        return self.request("GET", path)

    def post_form(self, path, form):
        return self.request("POST", path, data=form)

    def post_from_one_address(self):
        return self.request("POST", "/api/event", json={"title": ""}, address="203.0.113.9")

    def browser(self):
        return ConsentBrowser(self._app, self.base)

    def mails(self):
        """Deliver the outbox and return all mails that the server received."""
        with self._app.app_context():
            deliver_due_mail(db.session, self._app.config)
        return self._mail_server.messages


class ConsentBrowser(Browser):
    def sign_in(self, username, password):
        return self.send("/accounts/login/", {"username": username, "password": password})

    def submit(self, path, button):
        page = self.get(path)
        return self.post(
            path.partition("?")[0], form_fields(page.text) | button, headers={"Referer": self._base_url + path}
        )


def without_noted(step, allowed):
    """Return the captured body with the correction that the note tells."""
    body = json.loads(json.dumps(step["response"]["body"]))
    if "valid date" in allowed["note"]:
        for item in body["items"]:
            item["dated"] = True
    elif "all its tags" in allowed["note"]:
        for event in body["events"]:
            event.pop("categories")
    return body


def _must_differ(step):
    return any(each["weight"] == "MUST" and "like" not in each for each in step.get("contract", ()))


def _pairs(pairs):
    """Return form fields; those of one name become a list, which the test client sends one by one."""
    fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value if isinstance(value, tuple) else str(value))
    return fields


def _part(value, symbols):
    if not isinstance(value, dict):
        return symbols.resolve(value)
    if "empty" in value:
        return io.BytesIO(b""), ""
    return picture(value["picture"])


def picture(name):
    """Return an image file of the kind and size that a name such as ``png-1600x900`` tells."""
    kind, size, *rotated = name.split("-")
    if kind == "text":
        return io.BytesIO(b"no image"), "text.png"
    width, height = map(int, size.split("x"))
    image = Image.new("RGB", (width, height), (120, 40, 200))
    exif = image.getexif()
    if rotated:
        exif[EXIF_ORIENTATION] = 6
    file = io.BytesIO()
    image.save(file, {"jpg": "JPEG"}.get(kind, kind.upper()), exif=exif)
    file.seek(0)
    return file, f"picture.{kind}"
