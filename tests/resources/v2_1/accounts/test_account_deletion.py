"""Deletion of accounts and of a user's talk comments (spec 9.9, 9.10)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen, remove

from joindin.extensions import db
from joindin.models import (
    AccessToken,
    Attendance,
    EmailVerification,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    PasswordReset,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkSpeaker,
    TalkStar,
    User,
)
from joindin.operations.counter_repair import verify_counters
from joindin.security.tokens import hash_token
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.factories import (
    NOW,
    make_attendance,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_star,
    make_talk,
    make_talk_comment,
    make_user,
)

TO_DELETE = "You must be logged in to delete data"
NO_DELETION = "You do not have permission to do that"
NOT_DELETED = "There was a problem trying to delete the user"
TO_DELETE_COMMENTS = "You must be logged in to perform this operation."
ADMINS_ONLY = "This operation requires admin privileges."


@pytest.fixture
def admin(session):
    return make_user(session, "admin", is_admin=True)


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash")


@pytest.fixture
def bea(session):
    return make_user(session, "bea")


def delete(api, admin, user_id, below=""):
    return api.signed_in(admin).delete(f"/v2.1/users/{user_id}{below}")


def read_outcome(reply):
    return reply.status_code, reply.json if reply.data else None


def read_event_counters(session, event):
    event = session.get(Event, event.id)
    return event.attendee_count, event.comment_count, event.rating_sum, event.rating_count, event.talk_comment_count


def read_talk_counters(session, talk):
    talk = session.get(Talk, talk.id)
    return talk.comment_count, talk.all_comment_count, talk.rating_sum, talk.rating_count, talk.star_count


def versions(session, *rows):
    return [session.get(type(row), row.id, populate_existing=True).version for row in rows]


def users_of(session, model):
    return session.scalars(select(model.user_id).order_by(model.user_id)).all()


def find_wrong_counters(session):
    """Return counters of events and talks that differ from the rows."""
    return [drift for _, found in verify_counters(session, fix=False) for drift in found]


def test_an_admin_deletes_a_person(api, session, admin, ann):
    address = f"/v2.1/users/{ann.id}"

    reply = api.signed_in(admin).delete(address)
    shown = api.get(address)
    found = api.get("/v2.1/users?username=ann")

    assert read_outcome(reply) == (204, None)
    assert read_outcome(shown) == (404, ["User not found"])
    assert read_outcome(found) == (404, ["Username not found"])
    assert session.scalars(select(User.username)).all() == ["admin"]


def test_what_only_made_sense_with_the_person_goes(api, session, admin, ann, bea):
    event = make_event(session, host=ann)
    session.add(EventHost(event_id=event.id, user_id=bea.id))
    talk = make_talk(session, event, speakers=["A. Ash", "B. Birch"])
    for user, speaker in zip((ann, bea), talk.speakers):
        make_attendance(session, event, user)
        make_star(session, talk, user)
        make_claim(session, talk, speaker, user)
        for model in (EmailVerification, PasswordReset):
            session.add(model(user_id=user.id, token_hash=f"{user.id}", created_at=NOW))
    token = api.signed_in(ann)
    api.signed_in(bea)

    reply = delete(api, admin, ann.id)

    left = {model: users_of(session, model) for model in (Attendance, TalkStar, EventHost, TalkClaim)}
    assert read_outcome(reply) == (204, None)
    assert left == {model: [bea.id] for model in left}
    assert users_of(session, EmailVerification) == users_of(session, PasswordReset) == [bea.id]
    assert users_of(session, AccessToken) == sorted([admin.id, bea.id])
    assert "meta" not in token.get("/v2.1").json
    assert (read_event_counters(session, event)[0], read_talk_counters(session, talk)[-1]) == (1, 1)
    assert find_wrong_counters(session) == []


def test_comments_stay_without_their_author_and_without_weight(api, session, admin, ann, bea):
    event = make_event(session)
    talk = make_talk(session, event)
    on_event = make_event_comment(session, event, ann, rating=5, text="Fine", author_name="Ann Ash", source="web2")
    on_talk = make_talk_comment(session, talk, ann, rating=5, text="Fine")
    for user in (bea, None):
        make_event_comment(session, event, user, rating=2, author_name="Somebody")
        make_talk_comment(session, talk, user, rating=2)

    reply = delete(api, admin, ann.id)
    event_comment = api.get(f"/v2.1/event_comments/{on_event.id}?verbose=yes").json["comments"][0]
    talk_comment = api.get(f"/v2.1/talk_comments/{on_talk.id}?verbose=yes").json["comments"][0]
    names = [each["user_display_name"] for each in api.get(f"/v2.1/events/{event.id}/comments").json["comments"]]

    nobody = "d41d8cd98f00b204e9800998ecf8427e"
    assert read_outcome(reply) == (204, None)
    assert {name: event_comment.get(name) for name in ("comment", "rating", "source", "user_display_name")} == {
        "comment": "Fine",
        "rating": 5,
        "source": "web2",
        "user_display_name": None,
    }
    assert event_comment["gravatar_hash"] == talk_comment["gravatar_hash"] == nobody
    assert [name for name in ("username", "user_uri") if name in event_comment] == []
    assert (talk_comment["comment"], talk_comment["rating"]) == ("Fine", 5)
    assert (talk_comment["user_display_name"], talk_comment["username"]) == (None, None)
    assert "user_uri" not in talk_comment
    assert sorted(names, key=str) == ["Bea", None, "Somebody"]
    assert read_event_counters(session, event) == (0, 3, 2, 1, 3)
    assert read_talk_counters(session, talk) == (3, 3, 2, 1, 0)
    assert find_wrong_counters(session) == []


def test_private_and_hidden_comments_stay_so(api, session, admin, ann):
    talk = make_talk(session, make_event(session))
    private = make_talk_comment(session, talk, ann, is_private=True)
    hidden = make_talk_comment(session, talk, ann, is_hidden=True)

    delete(api, admin, ann.id)
    replies = [api.get(f"/v2.1/talk_comments/{comment.id}") for comment in (private, hidden)]

    assert [read_outcome(reply) for reply in replies] == [(404, ["Comment not found"])] * 2
    assert read_talk_counters(session, talk) == (0, 2, 0, 0, 0)
    assert find_wrong_counters(session) == []


def test_ratings_of_hosts_and_speakers_count_neither_before_nor_after_their_deletion(api, session, admin, ann):
    event = make_event(session, host=ann)
    talk = make_talk(session, event, speakers=[ann])
    make_event_comment(session, event, ann, rating=5)
    make_talk_comment(session, talk, ann, rating=5)
    for row in (event, talk):
        row.rating_sum = row.rating_count = 0

    delete(api, admin, ann.id)

    assert read_event_counters(session, event)[2:4] == (0, 0)
    assert read_talk_counters(session, talk)[2:4] == (0, 0)
    assert find_wrong_counters(session) == []


def test_speakers_keep_the_name_that_the_talk_has(api, session, admin, ann):
    talk = make_talk(session, make_event(session), speakers=[ann, "B. Birch"])
    talk.speakers[0].name = "Ann of the programme"

    delete(api, admin, ann.id)
    shown = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]

    assert shown["speakers"] == [{"speaker_name": "Ann of the programme"}, {"speaker_name": "B. Birch"}]
    assert session.scalars(select(TalkSpeaker.user_id)).all() == [None, None]


def test_reports_stay_without_their_reporter(api, session, admin, ann, bea):
    event = make_event(session, host=bea)
    on_event = make_event_comment(session, event, bea, is_hidden=True)
    on_talk = make_talk_comment(session, make_talk(session, event), bea, is_hidden=True)
    session.add(EventCommentReport(comment_id=on_event.id, reporter_id=ann.id, reported_at=NOW))
    session.add(TalkCommentReport(comment_id=on_talk.id, reporter_id=ann.id, reported_at=NOW))
    session.add(
        EventCommentReport(
            comment_id=on_event.id, reporter_id=bea.id, decider_id=ann.id, decision="denied", reported_at=NOW
        )
    )

    reply = delete(api, admin, ann.id)
    reports = [
        api.signed_in(bea).get(f"/v2.1/events/{event.id}/{kind}/reported").json["reports"]
        for kind in ("comments", "talk_comments")
    ]

    assert read_outcome(reply) == (204, None)
    assert [(each["reporting_user_username"], each["reporting_user_uri"]) for kind in reports for each in kind] == [
        (None, None),
        (None, None),
    ]
    assert session.scalars(select(EventCommentReport.reporter_id).order_by(EventCommentReport.id)).all() == [
        None,
        bea.id,
    ]
    assert session.scalars(select(EventCommentReport.decider_id)).all() == [None, None]


def test_applications_of_the_user_are_disabled_and_those_of_the_operator_go_on(api, session, admin, ann, bea):
    clients = {
        is_first_party: make_client(session, owner_id=ann.id, is_first_party=is_first_party)
        for is_first_party in (False, True)
    }
    callers = {is_first_party: api.signed_in(bea, client) for is_first_party, client in clients.items()}

    delete(api, admin, ann.id)

    for is_first_party, client in clients.items():
        assert (client.owner_id, client.is_active, client.is_first_party) == (None, is_first_party, is_first_party)
        is_signed_in = callers[is_first_party].get("/v2.1/token").status_code == 200
        assert is_signed_in is is_first_party


def test_a_hosts_event_stays_and_shows_its_other_hosts(api, session, admin, ann, bea):
    event = make_event(session, host=ann, contact_name="Ann Ash", reviewer_id=ann.id)
    session.add(EventHost(event_id=event.id, user_id=bea.id))
    session.flush()
    before = api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]

    delete(api, admin, ann.id)
    after = api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]

    assert [host["host_name"] for host in before["hosts"]] == ["Ann Ash", "Bea"]
    assert [host["host_name"] for host in after["hosts"]] == ["Bea"]
    assert before["contact_name"] == "Ann Ash"
    assert after == before | {"hosts": after["hosts"], "contact_name": None}


def test_the_versions_of_all_that_changed_move_and_of_nothing_else(api, session, admin, ann, bea):
    attended, hosted, commented, other = (make_event(session) for _ in range(4))
    starred, spoken, discussed, apart = (make_talk(session, other) for _ in range(4))
    make_attendance(session, attended, ann)
    session.add(EventHost(event_id=hosted.id, user_id=ann.id))
    make_event_comment(session, commented, ann)
    make_star(session, starred, ann)
    session.add(TalkSpeaker(talk_id=spoken.id, name="Ann", user_id=ann.id))
    make_talk_comment(session, discussed, ann)
    make_attendance(session, other, bea)
    make_star(session, apart, bea)
    rows = (attended, hosted, commented, starred, spoken, discussed, other, apart)
    session.commit()
    session.expire_all()
    before = versions(session, *rows)

    delete(api, admin, ann.id)

    moved = [after > once for after, once in zip(versions(session, *rows), before)]
    assert moved == [True, True, True, True, True, True, False, False]


@pytest.mark.parametrize("below", ["", "/talk_comments"])
def test_deleting_costs_the_same_however_much_there_is(api, session, admin, ann, bea, count_statements, below):
    for user, number in ((ann, 1), (bea, 3)):
        for _ in range(number):
            event = make_event(session, host=user)
            talk = make_talk(session, event, speakers=[user])
            make_attendance(session, event, user)
            make_star(session, talk, user)
            make_event_comment(session, event, user)
            make_talk_comment(session, talk, user)
    caller = api.signed_in(admin)
    addresses = [f"/v2.1/users/{user.id}{below}" for user in (ann, bea)]

    counts = []
    for address in addresses:
        with count_statements() as seen:
            reply = caller.delete(address)
        counts.append((reply.status_code, len(seen)))

    assert counts[0] == counts[1]
    assert counts[0][0] == 204


def test_more_than_fits_into_one_statement_is_deleted_all_the_same(api, session, admin, ann, monkeypatch):
    monkeypatch.setattr("joindin.operations.accounts.account_deletion.BATCH_SIZE", 2)
    event = make_event(session)
    for _ in range(5):
        make_talk_comment(session, make_talk(session, event), ann)
        make_attendance(session, make_event(session), ann)

    reply = delete(api, admin, ann.id)

    assert read_outcome(reply) == (204, None)
    assert find_wrong_counters(session) == []
    assert session.scalar(select(func.sum(Talk.rating_sum))) == 0
    assert session.scalar(select(func.sum(Event.attendee_count))) == 0


def test_deleting_a_missing_account_succeeds(api, session, admin, ann):
    replies = [delete(api, admin, id_) for id_ in (ann.id, ann.id, 4711, 2**31 - 1, 99999999999)]

    assert [read_outcome(reply) for reply in replies] == [(204, None)] * 5
    assert session.scalars(select(User.username)).all() == ["admin"]


@pytest.mark.parametrize("below", ["", "/talk_comments"])
@pytest.mark.parametrize("id_", ["0", "ann", "-1", "1.5", "%00"])
def test_an_invalid_id_is_not_found(api, session, admin, id_, below):
    reply = delete(api, admin, id_, below)

    assert read_outcome(reply) == (404, ["User not found"])


def test_addresses_below_a_person_do_not_delete_the_person(api, session, admin, ann):
    """The original accepted all of them as the caller's id (spec 3, 18 #18)."""
    replies = [delete(api, admin, ann.id, below) for below in ("/talks", "/attended", "/hosted", "/trusted", "/x")]

    assert [read_outcome(reply) for reply in replies] == [(405, ["Method not supported"])] * 5
    assert session.get(User, ann.id) is not None


@pytest.mark.parametrize(
    ("below", "to_sign_in", "refusal"),
    [("", TO_DELETE, NO_DELETION), ("/talk_comments", TO_DELETE_COMMENTS, ADMINS_ONLY)],
)
def test_only_admins_delete(api, session, admin, ann, bea, below, to_sign_in, refusal):
    inactive = make_user(session, is_admin=True, is_active=False)
    trusted = make_user(session, is_trusted=True)
    talk = make_talk(session, make_event(session, host=bea))
    make_talk_comment(session, talk, ann)
    callers = (api, *(api.signed_in(user) for user in (inactive, ann, bea, trusted)))

    replies = [caller.delete(f"/v2.1/users/{ann.id}{below}") for caller in callers]

    assert [read_outcome(reply) for reply in replies] == [*[(401, [to_sign_in])] * 2, *[(403, [refusal])] * 3]
    assert session.get(User, ann.id) is not None
    assert read_talk_counters(session, talk)[1] == 1


def test_an_admin_goes_while_another_stays_but_never_the_last(api, session, admin):
    second = make_user(session, is_admin=True)
    make_user(session, is_admin=True, is_active=False)

    other = delete(api, admin, second.id)
    last = delete(api, admin, admin.id)

    assert read_outcome(other) == (204, None)
    assert read_outcome(last) == (400, [NOT_DELETED])
    assert session.get(User, admin.id) is not None


def test_an_admin_deletes_themselves_where_another_is_left(api, session, admin):
    other = make_user(session, is_admin=True)

    reply = delete(api, admin, admin.id)

    assert read_outcome(reply) == (204, None)
    assert session.scalars(select(User.id)).all() == [other.id]


def test_an_admins_talk_comments_are_deleted(api, session, admin, ann, bea):
    event = make_event(session)
    talk, quiet = make_talk(session, event), make_talk(session, event)
    for fields in ({}, {"is_private": True}, {"is_hidden": True}):
        comment = make_talk_comment(session, talk, ann, **fields)
    session.add(TalkCommentReport(comment_id=comment.id, reporter_id=bea.id, reported_at=NOW))
    kept = [make_talk_comment(session, talk, bea, rating=2), make_talk_comment(session, quiet, bea, rating=3)]
    on_event = make_event_comment(session, event, ann)
    session.commit()
    before = versions(session, talk, quiet, event)

    reply = delete(api, admin, ann.id, "/talk_comments")
    said = api.get(f"/v2.1/users/{ann.id}/talk_comments")

    assert read_outcome(reply) == (204, None)
    assert (said.json["comments"], said.json["meta"]["total"]) == ([], 0)
    assert session.scalars(select(TalkComment.id).order_by(TalkComment.id)).all() == [comment.id for comment in kept]
    assert session.scalar(select(func.count()).select_from(TalkCommentReport)) == 0
    assert session.get(EventComment, on_event.id).user_id == ann.id
    assert session.get(User, ann.id) is not None
    assert read_talk_counters(session, talk) == (1, 1, 2, 1, 0)
    assert read_event_counters(session, event)[-1] == 2
    assert versions(session, talk, quiet, event) == [before[0] + 1, before[1], before[2] + 1]
    assert find_wrong_counters(session) == []


def test_deleting_the_talk_comments_of_a_missing_user_succeeds(api, session, admin, ann):
    replies = [delete(api, admin, id_, "/talk_comments/") for id_ in (ann.id, 4711, 99999999999)]

    assert [read_outcome(reply) for reply in replies] == [(204, None)] * 3


@pytest.fixture
def ask(app):
    """Return a function for a thread that sends a request without the session of the test."""

    def send(method, path, token, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return send


@pytest.fixture
def token_for(session):
    client = make_client(session)

    def create(user):
        token = f"token-of-{user.id}"
        session.add(
            AccessToken(
                token_hash=hash_token(token), user_id=user.id, client_id=client.id, created_at=NOW, last_used_at=NOW
            )
        )
        return token

    return create


def test_two_admins_do_not_delete_each_other(session, ask, token_for, admin):
    second = make_user(session, is_admin=True)
    requests = [
        ask("DELETE", f"/users/{victim.id}", token_for(killer)) for killer, victim in ((admin, second), (second, admin))
    ]

    replies = run_concurrently(session, requests)

    # The other admin's token is deleted, or the request comes too late.
    assert sorted(reply.status_code for reply in replies) in ([204, 400], [204, 401])
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_user_is_deleted_completely_during_their_own_requests(session, ask, token_for, admin, ann, bea):
    events = [make_event(session) for _ in range(3)]
    talks = [make_talk(session, event) for event in events]
    for event, talk in zip(events, talks):
        make_attendance(session, event, ann)
        make_event_comment(session, event, bea)
        make_event_comment(session, event, ann)
        make_talk_comment(session, talk, ann)
    token, of_admin, of_bea = token_for(ann), token_for(admin), token_for(bea)
    requests = [ask("DELETE", f"/users/{ann.id}", of_admin)] * 2
    for event, talk in zip(events, talks):
        requests += [
            ask("POST", f"/events/{event.id}/comments", token, {"comment": "New", "rating": 5}),
            ask("DELETE", f"/events/{event.id}/attending", token),
            ask("POST", f"/events/{event.id}/attending", of_bea),
            ask("POST", f"/talks/{talk.id}/starred", token),
            ask("POST", f"/talks/{talk.id}/comments", token, {"comment": "New", "rating": 5}),
            ask("POST", f"/talks/{talk.id}/comments", of_bea, {"comment": "Other", "rating": 5}),
        ]
    requests += [ask("PUT", f"/users/{ann.id}", token, {"full_name": "New", "email": "new@example.org"})]

    replies = run_concurrently(session, requests)

    assert [reply.status_code for reply in replies if reply.status_code >= 500] == []
    assert [reply.status_code for reply in replies[:2]] == [204, 204]
    assert session.scalars(select(User.username).order_by(User.username)).all() == ["admin", "bea"]
    assert users_of(session, Attendance) == [bea.id] * 3
    assert find_wrong_counters(session) == []


def test_comments_come_and_go_at_once_and_are_counted_right(session, ask, token_for, admin, ann, bea):
    event = make_event(session)
    talks = [make_talk(session, event) for _ in range(2)]
    for talk in talks:
        make_talk_comment(session, talk, ann)
    token, of_admin, of_bea = token_for(ann), token_for(admin), token_for(bea)
    requests = [ask("DELETE", f"/users/{ann.id}/talk_comments", of_admin)] * 3
    for number in range(CONCURRENT_REQUESTS):
        body = {"comment": f"Comment {number}", "rating": 3}
        requests.append(ask("POST", f"/talks/{talks[number % 2].id}/comments", (token, of_bea)[number // 4], body))

    replies = run_concurrently(session, requests)

    assert {reply.status_code for reply in replies} == {201, 204}
    assert find_wrong_counters(session) == []


@pytest.fixture
def delete_when_known(app):
    """Delete a user through another connection, right after a request has read the user's token."""

    @contextmanager
    def delete(user):
        user_id, left = user.id, [True]

        def delete_now(connection, _cursor, statement, *_):
            if "FROM access_tokens" in statement and left:
                left.clear()
                with db.engine.begin() as another:
                    another.execute(User.__table__.delete().where(User.id == user_id))

        with app.app_context():
            engine = db.engine
        listen(engine, "after_cursor_execute", delete_now)
        try:
            yield
        finally:
            remove(engine, "after_cursor_execute", delete_now)

    return delete


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/events/{event}/comments", {"comment": "New", "rating": 5}, (401, ["You must be logged in"])),
        ("/events/{event}/attending", {}, (401, ["You must be logged in"])),
        ("/talks/{talk}/starred", {}, (401, ["You must be logged in"])),
        (
            "/talks/{talk}/comments",
            {"comment": "New", "rating": 5},
            (401, ["You must be logged in to create data"]),
        ),
        (
            "/applications",
            {"name": "x", "description": "x", "callback_url": "http://x.example"},
            (401, ["You must be logged in"]),
        ),
    ],
)
def test_a_user_who_is_deleted_during_a_request_is_anonymous(
    api, session, ann, delete_when_known, path, body, expected
):
    event = make_event(session)
    talk = make_talk(session, event)
    caller = api.signed_in(ann)

    with delete_when_known(ann):
        reply = caller.post("/v2.1" + path.format(event=event.id, talk=talk.id), json=body)

    assert read_outcome(reply) == expected
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert find_wrong_counters(session) == []


def test_deletion_retries_after_lock_timeouts(session, ask, token_for, admin, ann):
    event = make_event(session)
    make_attendance(session, event, ann)
    delete_ann = ask("DELETE", f"/users/{ann.id}", token_for(admin))
    session.commit()

    with ThreadPoolExecutor(1) as pool, db.engine.connect() as other:
        other.execute(Event.__table__.update().where(Event.id == event.id).values(comment_count=1))
        reply = pool.submit(delete_ann)
        sleep(0.4)
        still_waiting = not reply.done()
        new = {"event_id": event.id, "user_id": ann.id, "text": "New", "is_hidden": False, "created_at": NOW}
        other.execute(EventComment.__table__.insert().values(new))
        other.commit()
        reply = reply.result()

    session.expire_all()
    assert still_waiting
    assert read_outcome(reply) == (204, None)
    assert read_event_counters(session, event)[:2] == (0, 1)
    assert session.scalars(select(EventComment.user_id)).all() == [None]
    assert find_wrong_counters(session) == []


def test_deletion_fails_if_a_row_stays_locked(session, ask, token_for, admin, ann, monkeypatch):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time, and nobody gives way")
    monkeypatch.setattr("joindin.db.locking.MAX_ATTEMPTS", 2)
    delete_ann = ask("DELETE", f"/users/{ann.id}", token_for(admin))
    session.commit()

    with db.engine.connect() as other:
        other.execute(select(User.id).where(User.id == ann.id).with_for_update())
        reply = delete_ann()

    assert read_outcome(reply) == (400, [NOT_DELETED])
    assert session.scalar(select(func.count()).select_from(User)) == 2
