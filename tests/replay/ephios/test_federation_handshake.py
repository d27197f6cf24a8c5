"""The captured handshake of two instances, from the invite to the sign-up of a user of the guest, replayed on two live ones."""

import datetime as dt
import json
import re
from urllib.parse import parse_qsl, quote, urljoin

import pytest

from joindin.extensions import db
from joindin.models import User
from joindin.models.crew import EventType, FederationGuest
from joindin.operations.crew.federation.shares import share_event_with_guests
from tests.api_client import issue_token
from tests.browser_client import make_user_with_password
from tests.crew_factories import make_crew_event, make_profile, make_shift
from tests.federated_instances import Person, instance
from tests.replay.ephios.dump import ORACLE
from tests.replay.ephios.exchange import address_parts, first_difference
from tests.replay.ephios.symbols import match_symbols

CAPTURE = ORACLE / "federation_full_handshake.json"
CAPTURED_HOST, CAPTURED_GUEST, CAPTURED_GUEST_ID = "http://127.0.0.1:13130", "http://127.0.0.1:13131", 3
NOT_SHARED_EVENT_ID = 1
USERNAME = "user0"

pytestmark = [
    pytest.mark.skipif(not CAPTURE.exists(), reason="the captures are not beside the repository"),
    pytest.mark.slow("starts two servers"),
    pytest.mark.runs_once("the instances have databases of their own"),
]

# Steps of the staff and of visitors; the others are those of the user of the guest.
STAFF_STEPS = {"host: create invite", "guest: redeem invite"}
VISITOR_STEPS = {"not shared event", "unknown guest"}
API_STEP = "host API: participations of shift"
# The page of the form; the others have it at their own address.
FORM_PAGES = {"guest: approve": "guest: authorize page", "host: federated signup": "host: shared event page"}
# Deviations: parameters that redirects of the original do not have.
ADDED_PARAMETERS = {"guest: approve": "iss={guest}"}  # RFC 9207
SECRETS = re.compile(r"\b(client_id|state|code|code_challenge)=[^&]+")


class Handshake:
    """The two instances of this run, in place of the captured ones, and the values that they issued."""

    def __init__(self, steps, host, guest):
        self._addresses = {step["step"]: step["url"] for step in steps}
        self._host, self._guest = host, guest
        self._shown = {}
        self.people = {name: Person() for name in ("staff", "user", "visitor")}
        self.guest_id, self.share_code, self.token = CAPTURED_GUEST_ID, None, None

    def send(self, step):
        name, url = step["step"], self._address(step["step"])
        headers = {"Accept-Language": "en"}
        if name == API_STEP:
            headers["Authorization"] = f"Bearer {self.token}"
        role = "staff" if name in STAFF_STEPS else "visitor" if name in VISITOR_STEPS | {API_STEP} else "user"
        person, options = self.people[role], {}
        if step["method"] == "POST":
            headers["Referer"] = page = self._address(FORM_PAGES.get(name, name))
            options["data"] = self._fields(step, person.hidden_fields(page))
        reply = person.request(step["method"], url, headers=headers, **options)
        if step["location"]:
            self._shown[step["location"]] = urljoin(url, reply.headers.get("Location", ""))
        return reply

    def differences(self, step, reply) -> list[str]:
        """Compare the status, each part of the redirect, and each field of the body."""
        found = [] if reply.status_code == step["status"] else [f"status {reply.status_code} not {step['status']}"]
        location = SECRETS.sub(r"\1=<token>", self._replace(step["location"] or ""))
        if added := ADDED_PARAMETERS.get(step["step"]):
            location += "&" + added.format(guest=self._guest)
        shown, expected = address_parts(reply.headers.get("Location", "")), address_parts(location)
        if not match_symbols(shown, expected):
            found.append(f"Location: {first_difference(shown, expected)}")
        if step["body"] is not None:
            body = json.loads(self._replace(json.dumps(step["body"])))
            for row in body["results"]:
                # The age depends on the day of the run.
                row["id"], row["participant"]["age"] = "<new>", "<n>"
            if not match_symbols(reply.json(), body):
                found.append(f"body: {first_difference(reply.json(), body)}")
        return [f"{step['step']}: {each}" for each in found]

    def _address(self, name):
        """Return the address of a step: the one of an earlier redirect with the values of this run, if it is that one."""
        captured = self._addresses[name]
        return self._shown.get(captured) or self._replace(captured)

    def _fields(self, step, hidden):
        """Return the captured fields, with the values that this run has issued."""
        fields = {key: self._replace(value) for key, value in parse_qsl(step["req_body"], True)}
        issued = hidden if step["step"] == "guest: approve" else {"csrfmiddlewaretoken": hidden["csrfmiddlewaretoken"]}
        if step["step"] == "guest: redeem invite":
            issued |= {"code": self.share_code}
        return fields | issued | ({"allow": "Authorize"} if step["step"] == "guest: approve" else {})

    def _replace(self, text):
        for captured, shown in ((CAPTURED_HOST, self._host), (CAPTURED_GUEST, self._guest)):
            text = text.replace(captured, shown).replace(quote(captured, safe=""), quote(shown, safe=""))
        text = re.sub(r"(/shared/\d+)/3/", rf"\1/{self.guest_id}/", text)
        return re.sub(r"/invite/\d+/", "/invite/<n>/", text)


def make_shared_event(row, guest_id):
    """Store the event and the shift of a captured participation, and share the event."""
    event_type = EventType(**row["event_type"])
    db.session.add(event_type)
    db.session.flush()
    event = make_crew_event(db.session, row["event_title"], id=row["event"], type=event_type)
    starts_at, ends_at = (dt.datetime.fromisoformat(row[name]) for name in ("start_time", "end_time"))
    make_shift(db.session, event, id=row["shift"], starts_at=starts_at, ends_at=ends_at)
    staff = db.session.query(User).filter_by(username="staff").one()
    share_event_with_guests(db.session, event.id, [guest_id], actor=staff)
    make_crew_event(db.session, id=NOT_SHARED_EVENT_ID)
    token = issue_token(db.session, staff)
    db.session.commit()
    return token


def make_volunteer(person):
    user = make_user_with_password(db.session, USERNAME, full_name=person["display_name"], email=person["email"])
    make_profile(db.session, user, date_of_birth=dt.date.fromisoformat(person["date_of_birth"]))
    db.session.commit()


def test_the_handshake_answers_like_the_original(tmp_path):
    steps = json.loads(CAPTURE.read_text())
    (row,) = next(step["body"] for step in steps if step["step"] == API_STEP)["results"]
    found = []
    with instance(tmp_path, "Host") as (host, host_app), instance(tmp_path, "Guest") as (guest, guest_app):
        handshake = Handshake(steps, host, guest)
        staff = handshake.people["staff"].sign_in(host, "staff").sign_in(guest, "staff")
        with guest_app.app_context():
            make_volunteer(row["participant"])
        handshake.people["user"].sign_in(guest, USERNAME)
        for step in steps:
            reply = handshake.send(step)
            found += handshake.differences(step, reply)
            if step["step"] == "host: create invite":
                page = staff.get(urljoin(host, reply.headers["Location"])).text
                handshake.share_code = re.search(r'<code class="?secret"?>([^<]+)', page)[1]
            if step["step"] == "guest: redeem invite":
                with host_app.app_context():
                    handshake.guest_id = db.session.query(FederationGuest.id).scalar()
                    handshake.token = make_shared_event(row, handshake.guest_id)

    assert not found, "\n".join(found)
