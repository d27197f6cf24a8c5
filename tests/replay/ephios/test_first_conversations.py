"""The conversations of the first set of captures, replayed in order."""

import datetime as dt

import pytest
import time_machine

from joindin.extensions import db
from joindin.models import PERSONAL, AccessToken, User
from joindin.models.crew import EventType, FederationGuest, FederationInvite, Qualification, QualificationCategory
from joindin.operations.crew.federation.shares import share_event_with_guests
from joindin.security.passwords import hash_password
from joindin.security.tokens import hash_token
from tests.crew_factories import grant_qualification, make_crew_event, make_profile, make_shift
from tests.database_rows import empty_database
from tests.factories import make_client, make_user, parse_instant
from tests.replay.ephios.exchange import differences
from tests.replay.ephios.first_conversations import ReplacedConversation, load_conversation
from tests.replay.ephios.first_set import CAPTURED_AT

pytestmark = [
    pytest.mark.skipif(not load_conversation("federation"), reason="the captures are not beside the repository"),
    pytest.mark.slow("replays whole conversations"),
]
FRESH_CODE = "1f91f64740cbb651f259ead6da571d71ebc86620042f146c6fff9530e56cd516"
EXPIRED_CODE = "efe1d2aed9115f194d93b29657975e52a18908136d93ff2328dc9e9270b70e66"


@pytest.fixture
def conversation(app, ephios):
    with app.app_context(), time_machine.travel(CAPTURED_AT, tick=False):
        empty_database()
        yield ReplacedConversation(ephios)
        empty_database()


def make_admin():
    admin = make_user(db.session, "admin", email="admin@example.org", is_admin=True)
    created_at = parse_instant("2026-11-01T00:00:00")
    db.session.add(AccessToken(kind=PERSONAL, token_hash=hash_token("tok-admin-all"), user_id=admin.id,
                               scopes="PUBLIC_READ ME_READ CONFIDENTIAL_READ", created_at=created_at))  # fmt: skip
    return admin


def replay(conversation, name, deviations, before=None):
    """Return the differences of the conversation from the captured one, apart from the named deviations."""
    found = []
    for number, step in enumerate(load_conversation(name)):
        if step["step"] in LEFT_OUT:
            continue
        if before and step["step"] in before:
            before[step["step"]]()
        db.session.commit()
        reply = conversation.replay(step)
        expected = conversation.expected(step) | deviations.get(step["step"], {})
        if "status" in deviations.get(step["step"], {}):
            expected |= {"headers": {}, "body": deviations[step["step"]].get("body")}
        found += [f"{number} {step['step']}: {each}" for each in differences(reply, expected)]
    return found


def test_federation_answers_like_the_original(conversation):
    admin = make_admin()
    for code, created_at in ((FRESH_CODE, "2026-11-21T05:00:00"), (EXPIRED_CODE, "2026-11-18T05:00:00")):
        db.session.add(FederationInvite(code_hash=hash_token(code), url="http://guest.example.org",
                                        created_at=parse_instant(created_at)))  # fmt: skip
    listed = next(step for step in load_conversation("federation") if step["step"] == "events shared")["body"][
        "results"
    ]
    for row in listed:
        event_type = EventType(id=row["type"]["id"], title=row["type"]["title"])
        event = make_crew_event(db.session, row["title"], id=row["id"], type=_added(event_type),
                                description=row["description"], location=row["location"])  # fmt: skip
        starts_at, ends_at = (dt.datetime.fromisoformat(row[name]) for name in ("start_time", "end_time"))
        make_shift(db.session, event, starts_at=starts_at, ends_at=ends_at)

    def share():
        for row in listed:
            guest = db.session.query(FederationGuest).one()
            share_event_with_guests(db.session, row["id"], [guest.id], actor=db.session.get_one(User, admin.id))

    found = replay(conversation, "federation", DEVIATIONS_OF_FEDERATION, {"events shared": share})

    assert not found, "\n".join(found)


def test_sign_in_tokens_and_oauth_answer_like_the_original(conversation):
    make_admin()
    step = next(step for step in load_conversation("oauth_flow") if step["step"] == "session GET users/me")["body"]
    user = make_user(db.session, "user0", id=step["id"], full_name=step["display_name"], email=step["email"],
                     password_hash=hash_password("user"))  # fmt: skip
    make_profile(db.session, user, date_of_birth=dt.date.fromisoformat(step["date_of_birth"]))
    (first_aider,) = step["qualifications"]
    category = _added(QualificationCategory(uuid=first_aider["category"], title="Medical"))
    qualification = Qualification(
        category_id=category.id, **{key: first_aider[key] for key in ("uuid", "title", "abbreviation")}
    )
    grant_qualification(db.session, user, _added(qualification))
    make_client(db.session, "oracle-client", "oracle-secret", name="Oracle", callback_url="http://127.0.0.1:9/cb",
                is_trusted=False, needs_pkce=True)  # fmt: skip

    found = replay(conversation, "oauth_flow", DEVIATIONS_OF_OAUTH)

    assert not found, "\n".join(found)


def _added(row):
    db.session.add(row)
    db.session.flush()
    return row


NO_CREDENTIALS = {"detail": "Authentication credentials were not provided."}
DEVIATIONS_OF_OAUTH = {
    # A consent lasts until it is revoked; in ephios as long as a token with its scopes.
    "authorize approval auto": {"status": 302},
    # A client whose answer was lost may repeat the request for a short time.
    "refresh reuse": {"status": 200},
}
# 11: here it ends the tokens that the next steps use. It is replayed as ``oauth-code-twice``.
LEFT_OUT = {"token code reuse"}
DEVIATIONS_OF_FEDERATION = {
    # 20.17: a guest may repeat the request; 20.18: its token goes with it.
    "setup code reuse": {"status": 201},
    "events after delete": {"body": NO_CREDENTIALS},
}
