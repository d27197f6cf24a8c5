"""Reports about comments on talks, and decisions about them (spec 8.5 to 8.7)."""

import pytest
from hypothesis import given
from sqlalchemy import select

from joindin.models import Event, Mail, Talk, TalkComment, TalkCommentReport
from joindin.operations.counter_repair import verify_counters
from tests.factories import NOW, make_event, make_star, make_talk, make_talk_comment, make_user, newest
from tests.fuzzing import VALUES, assert_no_server_error, fuzz_settings, json_body

NOT_FOUND = (404, ["Comment not found"])


def report(api, comment):
    return api.post(f"/v2.1/talk_comments/{comment.id}/reported")


def decide(api, comment, decision):
    return api.put(f"/v2.1/talk_comments/{comment.id}/reported", json={"decision": decision})


def read_counters(session, talk):
    """Return the counters: visible comments, all comments, sum and number of ratings, all comments of the event."""
    session.expire_all()
    event = session.get(Event, talk.event_id)
    return (
        talk.comment_count,
        talk.all_comment_count,
        talk.rating_sum,
        talk.rating_count,
        event.talk_comment_count,
    )


def decisions(session):
    rows = select(TalkCommentReport.decision, TalkCommentReport.decider_id).order_by(TalkCommentReport.id)
    return [tuple(row) for row in session.execute(rows)]


def is_hidden(session, comment):
    return session.get(TalkComment, comment.id).is_hidden


def find_wrong_counters(session):
    return [drift for _, found in verify_counters(session, fix=False) for drift in found]


def test_a_reported_comment_is_hidden_and_the_hosts_hear_of_it(api, session, host, talk):
    comment = make_talk_comment(session, talk, make_user(session, full_name="Al"), rating=1, text="Rude words")
    reporter, second_host = make_user(session), make_user(session)
    api.signed_in(host).post(f"/v2.1/events/{talk.event_id}/hosts", json={"host_name": second_host.username})

    reply = report(api.signed_in(reporter), comment)

    row = newest(session, TalkCommentReport)
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert (reply.status_code, reply.data) == (202, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/talks/{talk.id}/comments"
    assert (row.comment_id, row.reporter_id, row.decision, row.decider_id) == (comment.id, reporter.id, None, None)
    one = api.get(f"/v2.1/talk_comments/{comment.id}")
    assert (one.status_code, one.json) == NOT_FOUND
    for path in (f"talks/{talk.id}/comments", f"events/{talk.event_id}/talk_comments"):
        assert api.get(f"/v2.1/{path}").json["comments"] == []
    assert read_counters(session, talk) == (0, 1, 0, 0, 1)
    assert [(mail.kind, mail.recipient) for mail in mails] == [
        ("talk_comment_reported", host.email),
        ("talk_comment_reported", second_host.email),
    ]
    assert mails[0].context == {
        "event": "SampleConf",
        "slug": session.get(Event, talk.event_id).slug,
        "talk": "On Python",
        "author": "Al",
        "rating": 1,
        "comment": "Rude words",
    }


def test_a_comment_without_an_author_is_reported_without_one(api, session, talk):
    comment = make_talk_comment(session, talk, rating=0)

    reply = report(api.signed_in(make_user(session)), comment)

    assert reply.status_code == 202
    assert (newest(session, Mail).context["author"], newest(session, Mail).context["rating"]) == (None, 0)


def test_each_report_is_a_row_but_counted_once(api, session, talk):
    comment = make_talk_comment(session, talk, make_user(session), rating=2)
    make_talk_comment(session, talk, make_user(session), rating=5)
    reporter, another = make_user(session), make_user(session)

    replies = [report(api.signed_in(each), comment) for each in (reporter, reporter, another)]

    assert [reply.status_code for reply in replies] == [202, 202, 202]
    reporters = session.scalars(select(TalkCommentReport.reporter_id).order_by(TalkCommentReport.id)).all()
    assert reporters == [reporter.id, reporter.id, another.id]
    assert read_counters(session, talk) == (1, 2, 5, 1, 2)
    assert len(session.scalars(select(Mail)).all()) == 3


def test_reporting_takes_an_account_and_a_comment_that_is_not_private(api, session, talk):
    comment = make_talk_comment(session, talk, make_user(session))
    private = make_talk_comment(session, talk, make_user(session), is_private=True)
    somebody = api.signed_in(make_user(session, is_admin=True))

    as_nobody = report(api, comment)
    of_nothing = [
        somebody.post(f"/v2.1/talk_comments/{name}/reported") for name in (private.id, 0, 987_654, "abc", 2**70)
    ]

    assert (as_nobody.status_code, as_nobody.json) == (401, ["You must log in to report a comment"])
    assert as_nobody.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'
    assert [(reply.status_code, reply.json) for reply in of_nothing] == [NOT_FOUND] * 5
    assert (newest(session, TalkCommentReport), is_hidden(session, comment)) == (None, False)


@pytest.mark.parametrize(("decision", "stays_hidden"), [("approved", True), ("denied", False)])
def test_a_host_decides_about_all_reports_of_a_comment(api, session, host, talk, decision, stays_hidden):
    comment = make_talk_comment(session, talk, make_user(session), rating=3)
    other = make_talk_comment(session, talk, make_user(session), rating=5)
    for each in (comment, other, comment):
        report(api.signed_in(make_user(session)), each)
    mails = len(session.scalars(select(Mail)).all())

    reply = decide(api.signed_in(host), comment, decision)

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/talks/{talk.id}/comments"
    assert (is_hidden(session, comment), is_hidden(session, other)) == (stays_hidden, True)
    assert decisions(session) == [(decision, host.id), (None, None), (decision, host.id)]
    assert read_counters(session, talk) == ((0, 2, 0, 0, 2) if stays_hidden else (1, 2, 3, 1, 2))
    assert len(session.scalars(select(Mail)).all()) == mails
    left = api.signed_in(host).get(f"/v2.1/events/{talk.event_id}/talk_comments/reported").json["reports"]
    assert [each["comment"]["uri"] for each in left] == [f"http://localhost/v2.1/talk_comments/{other.id}"]


def test_a_decision_can_be_taken_back_and_needs_no_report(api, session, host, talk):
    comment = make_talk_comment(session, talk, make_user(session), rating=3)
    decider = api.signed_in(host)

    replies, seen = [], []
    for decision in ("approved", "approved", "denied", "denied"):
        replies.append(decide(decider, comment, decision))
        seen.append(read_counters(session, talk))

    assert [reply.status_code for reply in replies] == [204] * 4
    assert seen == [(0, 1, 0, 0, 1)] * 2 + [(1, 1, 3, 1, 1)] * 2
    assert decisions(session) == []


def test_what_never_counted_does_not_count_when_it_is_shown_again(api, session, host):
    speaker = make_user(session)
    talk = make_talk(session, make_event(session, host=host), speakers=[speaker])
    # As after an import: ratings of the speaker and of a deleted user.
    silent = [
        make_talk_comment(session, talk, speaker, rating=5, is_hidden=True),
        make_talk_comment(session, talk, None, rating=4, is_hidden=True),
    ]
    counted = make_talk_comment(session, talk, make_user(session), rating=2, is_hidden=True)

    replies = [decide(api.signed_in(host), each, "denied") for each in (*silent, counted)]

    assert [reply.status_code for reply in replies] == [204] * 3
    assert read_counters(session, talk) == (3, 3, 2, 1, 3)
    assert find_wrong_counters(session) == []


@pytest.mark.parametrize("decision", ["", None, "maybe", "Approved", 1, " denied"])
def test_there_are_only_two_decisions(api, session, host, talk, decision):
    comment = make_talk_comment(session, talk, make_user(session))
    report(api.signed_in(make_user(session)), comment)

    reply = decide(api.signed_in(host), comment, decision)

    assert (reply.status_code, reply.json) == (400, ["Unexpected decision"])
    assert (is_hidden(session, comment), decisions(session)) == (True, [(None, None)])


def test_moderating_is_refused_in_order(api, session, host, talk):
    author = make_user(session)
    comment = make_talk_comment(session, talk, author)
    private = make_talk_comment(session, talk, author, is_private=True)
    as_author, as_host = api.signed_in(author), api.signed_in(host)

    replies = [
        decide(api, comment, "nonsense"),
        as_author.put("/v2.1/talk_comments/0/reported", json={"decision": "nonsense"}),
        decide(as_host, private, "approved"),
        decide(as_author, comment, "nonsense"),
        as_host.put(f"/v2.1/talk_comments/{comment.id}/reported", json={"decision": ["denied"]}),
    ]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (401, "You must log in to moderate a comment"),
        (404, "Comment not found"),
        (404, "Comment not found"),
        (403, "You don't have permission to do that"),
        (400, "Expected parameter decision is not a readable string"),
    ]
    assert (is_hidden(session, comment), decisions(session)) == (False, [])


ROLES = ("visitor", "plain", "author", "speaker", "elsewhere", "host", "admin")
MAY = {"report": set(ROLES) - {"visitor"}, "decide": {"host", "admin"}, "list": {"host", "admin"}}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_report_and_decide_as_the_contract_says(api, session, role):
    users = {name: make_user(session, name, is_admin=name == "admin") for name in ROLES[1:]}
    make_talk(session, make_event(session, host=users["elsewhere"]))
    talk = make_talk(session, make_event(session, host=users["host"]), speakers=[users["speaker"]])
    comments = [make_talk_comment(session, talk, users["author"]) for _ in range(2)]
    caller = api.signed_in(users[role]) if role in users else api

    reported = report(caller, comments[0])
    decided = decide(caller, comments[1], "approved")
    listed = caller.get(f"/v2.1/events/{talk.event_id}/talk_comments/reported")

    refused = 401 if role == "visitor" else 403
    assert reported.status_code == (202 if role in MAY["report"] else 401)
    assert decided.status_code == (204 if role in MAY["decide"] else refused)
    assert listed.status_code == (200 if role in MAY["list"] else refused)
    assert [is_hidden(session, each) for each in comments] == [role in MAY["report"], role in MAY["decide"]]
    assert find_wrong_counters(session) == []


def test_hiding_and_showing_a_comment_changes_the_versions_of_talk_and_event(api, session, host, talk):
    comment = make_talk_comment(session, talk, make_user(session), rating=1)
    make_talk_comment(session, talk, make_user(session), rating=5)
    make_star(session, talk, host)

    def shown():
        talks = [
            api.get(f"/v2.1/{path}").json["talks"][0] for path in (f"talks/{talk.id}", f"events/{talk.event_id}/talks")
        ]
        event = api.get(f"/v2.1/events/{talk.event_id}?verbose=yes").json["events"][0]
        listed = api.get(f"/v2.1/events/{talk.event_id}/talk_comments").json["meta"]["total"]
        facts = [(each["comment_count"], each["average_rating"], each["starred_count"]) for each in talks]
        return facts, event["talk_comments_count"], listed

    def versions():
        session.expire_all()
        return session.get(Talk, talk.id).version, session.get(Event, talk.event_id).version

    seen, moved = [shown()], [versions()]
    for step in (
        lambda: report(api.signed_in(make_user(session)), comment),
        lambda: decide(api.signed_in(host), comment, "approved"),
        lambda: decide(api.signed_in(host), comment, "denied"),
    ):
        assert step().status_code in (202, 204)
        seen.append(shown())
        moved.append(versions())

    both, hidden = ([(2, 3, 1)] * 2, 2, 2), ([(1, 5, 1)] * 2, 2, 1)
    assert seen == [both, hidden, hidden, both]
    first, reported, upheld, turned_down = moved
    assert (reported, upheld, turned_down) == (
        (first[0] + 1, first[1] + 1),
        (first[0] + 1, first[1] + 1),
        (first[0] + 2, first[1] + 2),
    )


def test_a_report_and_a_decision_cost_the_same_however_much_there_is(api, session, host, talk, count_statements):
    reporter, decider = api.signed_in(make_user(session)), api.signed_in(host)
    for each in (reporter, decider):
        each.get("/v2.1")

    def costs():
        path = f"/v2.1/talk_comments/{make_talk_comment(session, talk, make_user(session)).id}/reported"
        session.commit()
        with count_statements() as seen:
            reply = reporter.post(path)
        with count_statements() as seen_too:
            decided = decider.put(path, json={"decision": "denied"})
        assert (reply.status_code, decided.status_code) == (202, 204)
        return len(seen), len(seen_too)

    few = costs()
    for _ in range(5):
        make_talk_comment(session, talk, make_user(session), is_hidden=True)
        session.add(TalkCommentReport(comment_id=newest(session, TalkComment).id, reported_at=NOW))
    many = costs()

    assert few == many == (COST_OF_REPORT, COST_OF_DECISION)


# Token, rate limit, comment; talk, comment; hidden; report; counters, version of the event; hosts, their mail preferences; mail.
COST_OF_REPORT = 12
# Token, rate limit, comment with its event, relation of the decider; talk, comment; log; reports; hidden; counters, version.
COST_OF_DECISION = 11


@given(VALUES)
@fuzz_settings(40)
def test_any_decision_is_applied_or_refused_whole(api, session, value):
    host = make_user(session)
    comment = make_talk_comment(session, make_talk(session, make_event(session, host=host)), make_user(session))
    path = f"/v2.1/talk_comments/{comment.id}/reported"
    decider = api.signed_in(host)

    assert_no_server_error(session, lambda: decider.put(path, **json_body({"decision": value})))
    assert_no_server_error(session, lambda: decider.put(path, **json_body(value)))
    assert_no_server_error(session, lambda: decider.post(path, **json_body(value)))

    assert find_wrong_counters(session) == []
