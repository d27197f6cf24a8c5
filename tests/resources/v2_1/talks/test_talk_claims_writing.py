import pytest
from sqlalchemy import func, select

from joindin.models import Attendance, Event, EventHost, Mail, Talk, TalkClaim, TalkSpeaker
from joindin.queries.accounts.users import get_user_by_username
from tests.factories import make_attendance, make_claim, make_event, make_talk, make_talk_comment, make_user

BASE_URL = "http://localhost/v2.1"

LOGIN_REQUIRED = (401, "You must be logged in to create data")
NAMES_MISSING = (400, "You must provide a display name and a username")
SPEAKER_NOT_FOUND = (422, "No speaker matching that name found")
ALREADY_CLAIMED = (422, "Talk already claimed")
USER_NOT_FOUND = (404, "Specified user not found")
LINK_FORBIDDEN = (401, "You must be the speaker or event admin to link a user to a talk")
CLAIM_PENDING = (
    401,
    "You already have a pending claim for this talk. Please wait for an event admin to approve your claim.",
)
HOST_REQUIRED = (401, "You must be an event admin to approve this claim")
SPEAKER_REQUIRED = (401, "You must be the talk speaker to approve this assignment")
CLAIM_NOT_FOUND = (500, "There was a problem with the claim")


@pytest.fixture
def event(session):
    return make_event(session, "Conf", host=make_user(session, "host"), slug="conf")


@pytest.fixture
def talk(session, event):
    for name in ("ann", "bob"):
        make_user(session, name, full_name=f"{name.title()} Realname")
    return make_talk(session, event, "On Python", speakers=["Ann", "Bob"], stub="abc12")


@pytest.fixture
def clients(api, session, talk):
    make_user(session, "admin", is_admin=True)
    return {name: api.signed_in(get_user_by_username(session, name)) for name in ("host", "admin", "ann", "bob")} | {
        "nobody": api
    }


@pytest.fixture
def post_claim(clients, talk):
    """``post_claim("ann", "Ann", "ann")``: the first user claims that the name on the talk is the second user."""

    def post(role, display_name, username, **more):
        body = {"display_name": display_name, "username": username, **more}
        return clients[role].post(f"/v2.1/talks/{talk.id}/speakers", json=body)

    return post


@pytest.fixture
def reject(clients, talk):
    def delete(role, display_name, username):
        query = {"display_name": display_name, "username": username}
        return clients[role].delete(f"/v2.1/talks/{talk.id}/speakers", query_string=query)

    return delete


def read_outcome(reply):
    return (reply.status_code, *(reply.json or [])) if reply.data else (reply.status_code, reply.headers["Location"])


def done(talk):
    return 204, f"{BASE_URL}/talks/{talk.id}/speakers"


def list_linked_speakers(session, talk):
    rows = select(TalkSpeaker).where(TalkSpeaker.talk_id == talk.id).order_by(TalkSpeaker.id)
    return [(speaker.name, speaker.user_id) for speaker in session.scalars(rows)]


def claims(clients, event):
    shown = clients["host"].get(f"/v2.1/events/{event.id}/claims").json["claims"]
    return [(claim["display_name"], claim["speaker_uri"].rpartition("/")[2]) for claim in shown]


def list_mails(session):
    return [(mail.kind, mail.recipient, mail.context) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def test_a_claim_is_made_by_the_speaker_and_approved_by_a_host(api, session, clients, event, talk, post_claim):
    ann = get_user_by_username(session, "ann")
    session.add(EventHost(event_id=event.id, user_id=get_user_by_username(session, "bob").id))

    claimed = post_claim("ann", "Ann", "ann")

    assert read_outcome(claimed) == done(talk)
    assert claims(clients, event) == [("Ann", str(ann.id))]
    assert list_linked_speakers(session, talk) == [("Ann", None), ("Bob", None)]
    facts = {"event": "Conf", "talk": "On Python", "slug": "conf", "speaker": "Ann", "claimant": "Ann Realname"}
    assert list_mails(session) == [("talk_claimed", f"{name}@example.org", facts) for name in ("host", "bob")]

    approved = post_claim("host", "Ann", "ann")

    assert read_outcome(approved) == done(talk)
    assert claims(clients, event) == []
    assert list_linked_speakers(session, talk) == [("Ann Realname", ann.id), ("Bob", None)]
    assert list_mails(session)[2:] == [
        ("claim_approved", "ann@example.org", {"event": "Conf", "talk": "On Python", "stub": "abc12"})
    ]
    assert api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["speakers"] == [
        {"speaker_name": "Bob"},
        {"speaker_name": "Ann Realname", "speaker_uri": f"{BASE_URL}/users/{ann.id}"},
    ]
    assert clients["ann"].get(f"/v2.1/events/{event.id}/attending").json["is_attending"] is True
    assert [each["talk_title"] for each in api.get(f"/v2.1/users/{ann.id}/talks").json["talks"]] == ["On Python"]


@pytest.mark.parametrize("role", ["host", "admin"])
def test_a_talk_is_assigned_by_a_host_and_accepted_by_the_speaker(session, clients, event, talk, post_claim, role):
    ann = get_user_by_username(session, "ann")

    assigned = post_claim(role, "Ann", "ann")

    assert read_outcome(assigned) == done(talk)
    assert claims(clients, event) == [("Ann", str(ann.id))]
    assert list_mails(session) == [
        ("talk_assigned", "ann@example.org", {"event": "Conf", "talk": "On Python", "username": "ann"})
    ]

    accepted = post_claim("ann", "Ann", "ann")

    assert read_outcome(accepted) == done(talk)
    assert claims(clients, event) == []
    assert list_linked_speakers(session, talk) == [("Ann Realname", ann.id), ("Bob", None)]
    # No mail is sent.
    assert len(list_mails(session)) == 1
    assert clients["ann"].get(f"/v2.1/events/{event.id}/attending").json["is_attending"] is True


def test_a_host_who_speaks_confirms_both_sides(session, clients, event, talk, post_claim):
    host = get_user_by_username(session, "host")

    replies = [post_claim("host", name, "host") for name in ("Ann", "Ann", "Host", "Ann")]

    # The speaker now has the current name of the user.
    assert [read_outcome(reply) for reply in replies] == [done(talk), done(talk), ALREADY_CLAIMED, SPEAKER_NOT_FOUND]
    assert list_linked_speakers(session, talk)[0] == ("Host", host.id)
    assert [kind for kind, _recipient, _facts in list_mails(session)] == ["talk_claimed", "claim_approved"]


def test_each_step_is_open_to_its_side_alone(session, clients, event, talk, post_claim):
    make_claim(session, talk, talk.speakers[0], get_user_by_username(session, "ann"))
    make_claim(
        session,
        talk,
        talk.speakers[1],
        get_user_by_username(session, "bob"),
        user_approved_at=None,
        host_approved_at=event.starts_at,
    )
    session.commit()

    replies = {
        "none, for somebody else": post_claim("ann", "Ann", "bob"),
        "claim, the claimant": post_claim("ann", "Ann", "ann"),
        "claim, somebody else": post_claim("bob", "Ann", "ann"),
        "assignment, somebody else": post_claim("ann", "Bob", "bob"),
        "assignment, its host": post_claim("host", "Bob", "bob"),
        "assignment, an admin": post_claim("admin", "Bob", "bob"),
    }

    assert {step: read_outcome(reply) for step, reply in replies.items()} == {
        "none, for somebody else": LINK_FORBIDDEN,
        "claim, the claimant": CLAIM_PENDING,
        "claim, somebody else": HOST_REQUIRED,
        "assignment, somebody else": SPEAKER_REQUIRED,
        "assignment, its host": SPEAKER_REQUIRED,
        "assignment, an admin": SPEAKER_REQUIRED,
    }
    assert all(reply.headers["WWW-Authenticate"] for reply in replies.values())
    assert list_linked_speakers(session, talk) == [("Ann", None), ("Bob", None)]
    assert list_mails(session) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, NAMES_MISSING),
        ([], NAMES_MISSING),
        ({"display_name": "Ann"}, NAMES_MISSING),
        ({"username": "ann"}, NAMES_MISSING),
        ({"display_name": " <br> ", "username": "ann"}, NAMES_MISSING),
        ({"display_name": None, "username": None}, NAMES_MISSING),
        ({"display_name": "Cid", "username": "nobody"}, SPEAKER_NOT_FOUND),
        ({"display_name": "Ann R", "username": "ann"}, SPEAKER_NOT_FOUND),
        ({"display_name": "Taken", "username": "nobody"}, ALREADY_CLAIMED),
        ({"display_name": "Kim Today", "username": "nobody"}, ALREADY_CLAIMED),
        ({"display_name": "Ann", "username": "nobody"}, USER_NOT_FOUND),
        ({"display_name": "Ann", "username": "gone"}, USER_NOT_FOUND),
        ({"display_name": "Ann", "username": "x" * 70_000}, USER_NOT_FOUND),
        ({"display_name": "x" * 70_000, "username": "ann"}, SPEAKER_NOT_FOUND),
        ({"display_name": "%", "username": "ann"}, SPEAKER_NOT_FOUND),
        (
            {"display_name": ["Ann"], "username": "ann"},
            (400, "Expected parameter display_name is not a readable string"),
        ),
        ({"display_name": "Ann", "username": {"a": 1}}, (400, "Expected parameter username is not a readable string")),
        ({"display_name": "Ann", "username": True}, (400, "Expected parameter username is not a readable string")),
    ],
)
def test_invalid_claims_are_refused_in_the_order_of_the_contract(session, clients, event, talk, body, expected):
    kim = make_user(session, "kim", full_name="Kim Today")
    make_user(session, "gone", is_active=False)
    session.add(TalkSpeaker(talk_id=talk.id, name="Taken", user_id=kim.id))

    replies = [clients[role].post(f"/v2.1/talks/{talk.id}/speakers", json=body) for role in ("ann", "host")]

    assert [read_outcome(reply) for reply in replies] == [expected] * 2
    assert session.scalars(select(TalkClaim)).all() == []
    assert list_mails(session) == []


def test_a_visitor_and_an_unknown_talk_come_first(clients, post_claim, talk):
    unknown = clients["ann"].post("/v2.1/talks/12345/speakers", json={})

    assert read_outcome(post_claim("nobody", "", "")) == LOGIN_REQUIRED
    assert read_outcome(unknown) == (404, "Talk not found")


@pytest.mark.parametrize("name", ["ANN", "änn", " Ann ", "<b>Ann</b>"])
def test_names_are_found_without_regard_to_case_and_accents(session, clients, event, talk, post_claim, name):
    assert read_outcome(post_claim("ann", name, "ann")) == done(talk)
    assert claims(clients, event) == [("Ann", str(get_user_by_username(session, "ann").id))]


def test_of_names_that_are_much_the_same_the_one_spelled_so_is_meant(session, clients, event, talk, post_claim):
    session.add_all(TalkSpeaker(talk_id=talk.id, name=name) for name in ("ÄNN", "ann"))

    assert read_outcome(post_claim("ann", "ann", "ann")) == done(talk)
    assert claims(clients, event) == [("ann", str(get_user_by_username(session, "ann").id))]


def test_of_two_entries_of_a_name_the_free_one_is_claimed(session, clients, event, talk, post_claim):
    kim = make_user(session, "kim")
    talk.speakers[0].user_id = kim.id
    session.add(TalkSpeaker(talk_id=talk.id, name="Ann"))

    replies = [post_claim("ann", "Ann", "ann"), post_claim("host", "Ann", "ann"), post_claim("bob", "Ann", "bob")]

    ann = get_user_by_username(session, "ann")
    assert [read_outcome(reply) for reply in replies] == [done(talk), done(talk), ALREADY_CLAIMED]
    assert list_linked_speakers(session, talk) == [("Ann", kim.id), ("Bob", None), ("Ann Realname", ann.id)]


def test_ones_own_name_has_to_be_spelled_as_it_is(session, clients, talk, post_claim):
    assert read_outcome(post_claim("ann", "Ann", "ANN")) == LINK_FORBIDDEN
    # For a host it is a name like any other.
    assert read_outcome(post_claim("host", "Ann", "ANN")) == done(talk)
    assert [kind for kind, *_ in list_mails(session)] == ["talk_assigned"]


def test_of_two_claims_on_a_name_one_is_approved_and_the_other_removed(session, clients, event, talk, post_claim):
    ann, bob = get_user_by_username(session, "ann"), get_user_by_username(session, "bob")
    assert [read_outcome(post_claim(role, "Ann", role)) for role in ("ann", "bob")] == [done(talk)] * 2
    assert claims(clients, event) == [("Ann", str(ann.id)), ("Ann", str(bob.id))]

    replies = [
        post_claim("host", "Ann", "bob"),
        post_claim("host", "Bob Realname", "ann"),
        post_claim("ann", "Ann", "ann"),
    ]

    assert [read_outcome(reply) for reply in replies] == [done(talk), ALREADY_CLAIMED, SPEAKER_NOT_FOUND]
    assert claims(clients, event) == []
    assert list_linked_speakers(session, talk) == [("Bob Realname", bob.id), ("Bob", None)]


def test_a_user_may_claim_several_names(session, clients, event, talk, post_claim):
    replies = [post_claim("ann", name, "ann") for name in ("Ann", "Bob")]

    ann = str(get_user_by_username(session, "ann").id)
    assert [read_outcome(reply) for reply in replies] == [done(talk)] * 2
    assert claims(clients, event) == [("Ann", ann), ("Bob", ann)]


def test_an_unlinked_speaker_may_claim_again(session, clients, event, talk, post_claim):
    ann = get_user_by_username(session, "ann")
    post_claim("ann", "Ann", "ann")
    post_claim("host", "Ann", "ann")
    clients["host"].delete(f"/v2.1/talks/{talk.id}/speakers/{ann.id}")

    replies = [post_claim("ann", "Ann Realname", "ann"), post_claim("host", "Ann Realname", "ann")]

    assert [read_outcome(reply) for reply in replies] == [done(talk)] * 2
    assert list_linked_speakers(session, talk)[0] == ("Ann Realname", ann.id)


def test_a_link_stops_the_speakers_rating_from_counting(api, session, clients, talk, post_claim):
    ann = get_user_by_username(session, "ann")
    make_talk_comment(session, talk, ann, rating=1)
    make_talk_comment(session, talk, make_user(session), rating=4)
    session.commit()
    before = talk.version
    assert api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["average_rating"] == 3
    post_claim("ann", "Ann", "ann")
    assert session.get(Talk, talk.id).version == before

    post_claim("host", "Ann", "ann")

    talk = session.get(Talk, talk.id)
    assert (talk.rating_sum, talk.rating_count) == (4, 1)
    assert talk.version > before
    assert api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["average_rating"] == 4


@pytest.mark.parametrize("attends_already", [True, False])
def test_a_linked_speaker_attends_once(api, session, clients, event, talk, post_claim, attends_already):
    if attends_already:
        make_attendance(session, event, get_user_by_username(session, "ann"))
    path = f"/v2.1/events/{event.id}"
    before = api.get(path).json["events"][0]["attendee_count"]

    post_claim("ann", "Ann", "ann")
    post_claim("host", "Ann", "ann")

    assert before == int(attends_already)
    assert api.get(path).json["events"][0]["attendee_count"] == 1
    assert session.scalar(select(func.count()).select_from(Attendance)) == 1


def test_a_user_without_a_name_leaves_the_entry_its_own(session, clients, talk, post_claim):
    get_user_by_username(session, "ann").full_name = None

    post_claim("ann", "Ann", "ann")
    post_claim("host", "Ann", "ann")

    assert list_linked_speakers(session, talk)[0] == ("Ann", get_user_by_username(session, "ann").id)
    assert list_mails(session)[0][2]["claimant"] == "ann"


@pytest.mark.parametrize("role", ["host", "admin"])
def test_host_rejects_a_claim(session, clients, event, talk, post_claim, reject, role):
    post_claim("ann", "Ann", "ann")
    post_claim("bob", "Ann", "bob")

    replies = [reject(role, "Ann", "ann"), reject(role, "Ann", "ann")]

    assert [read_outcome(reply) for reply in replies] == [(204, f"{BASE_URL}/talks/{talk.id}"), CLAIM_NOT_FOUND]
    assert claims(clients, event) == [("Ann", str(get_user_by_username(session, "bob").id))]
    assert list_mails(session)[2:] == [("claim_rejected", "ann@example.org", {"event": "Conf", "talk": "On Python"})]
    # A rejected user may claim again.
    assert read_outcome(post_claim("ann", "Ann", "ann")) == done(talk)


@pytest.mark.parametrize(
    ("display_name", "username", "expected"),
    [
        ("", "", USER_NOT_FOUND),
        ("Ann", "", USER_NOT_FOUND),
        ("Cid", "nobody", USER_NOT_FOUND),
        ("Ann", "gone", USER_NOT_FOUND),
        ("Cid", "ann", SPEAKER_NOT_FOUND),
        ("", "bob", NAMES_MISSING),
        ("Taken", "ann", ALREADY_CLAIMED),
        ("Ann", "bob", CLAIM_NOT_FOUND),
        ("Bob", "ann", CLAIM_NOT_FOUND),
        ("Bob", "bob", CLAIM_NOT_FOUND),
    ],
)
def test_what_cannot_be_rejected(session, clients, event, talk, reject, display_name, username, expected):
    make_user(session, "gone", is_active=False)
    ann, bob = get_user_by_username(session, "ann"), get_user_by_username(session, "bob")
    session.add(TalkSpeaker(talk_id=talk.id, name="Taken", user_id=ann.id))
    # Imported talks may have empty names.
    session.add(TalkSpeaker(talk_id=talk.id, name=""))
    make_claim(session, talk, talk.speakers[0], ann)
    make_claim(session, talk, talk.speakers[1], bob, user_approved_at=None, host_approved_at=event.starts_at)
    before = claims(clients, event)

    reply = reject("host", display_name, username)

    assert read_outcome(reply) == expected
    assert claims(clients, event) == before
    assert list_mails(session) == []


def test_a_rejection_is_read_from_the_address_alone(session, clients, event, talk, post_claim):
    post_claim("ann", "Ann", "ann")

    reply = clients["host"].delete(f"/v2.1/talks/{talk.id}/speakers", json={"display_name": "Ann", "username": "ann"})

    assert read_outcome(reply) == USER_NOT_FOUND
    assert len(claims(clients, event)) == 1


def test_the_web_site_sends_claims_as_it_does(session, clients, event, talk):
    """The claims page of the site: list the claims, approve one and reject the other through the link in the list."""
    speakers = (
        clients["ann"].get(f"/v2.1/talks/{talk.id}").json["talks"][0]["speakers_uri"].removeprefix("http://localhost")
    )
    for role in ("ann", "bob"):
        clients[role].post(speakers, json={"display_name": role.title(), "username": role})
    page = clients["host"].get(f"/v2.1/events/{event.id}/claims?verbose=yes").json["claims"]
    first, second = (claim["approve_claim_uri"].removeprefix("http://localhost") for claim in page)

    approved = clients["host"].post(first, json={"display_name": page[0]["display_name"], "username": "ann"})
    rejected = clients["host"].delete(f"{second}?display_name={page[1]['display_name']}&username=bob")

    assert [reply.status_code for reply in (approved, rejected)] == [204, 204]
    assert claims(clients, event) == []
    assert list_linked_speakers(session, talk) == [
        ("Ann Realname", get_user_by_username(session, "ann").id),
        ("Bob", None),
    ]


def test_the_number_of_statements_of_a_claim_does_not_depend_on_other_claims(
    session, clients, event, talk, post_claim, count_statements
):
    with count_statements() as for_first:
        post_claim("ann", "Ann", "ann")
    for number in range(5):
        speaker = TalkSpeaker(talk_id=talk.id, name=f"Speaker {number}")
        session.add(speaker)
        session.flush()
        make_claim(session, talk, speaker, make_user(session))
    make_talk(session, session.get(Event, event.id), speakers=["Ann"])
    session.commit()

    with count_statements() as for_next:
        reply = post_claim("bob", "Bob", "bob")

    assert read_outcome(reply) == done(talk)
    assert len(for_next) == len(for_first)
