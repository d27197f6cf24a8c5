"""Reports about comments on events, and decisions about them (spec 5.4 to 5.6)."""

import pytest
from sqlalchemy import select

from joindin.models import EventComment, EventCommentReport, Mail
from tests.factories import NOW, make_event, make_event_comment, make_user, newest, parse_instant


def make_report(session, comment, reporter, **fields):
    report = EventCommentReport(
        comment_id=comment.id, reporter_id=reporter and reporter.id, **{"reported_at": NOW, **fields}
    )
    session.add(report)
    comment.is_hidden = True
    session.flush()
    return report


def decide(api, comment, decision):
    return api.put(f"/v2.1/event_comments/{comment.id}/reported", json={"decision": decision})


def decisions(session):
    return session.execute(select(EventCommentReport.decision, EventCommentReport.decider_id)).all()


def is_hidden(session, comment):
    return session.get(EventComment, comment.id).is_hidden


def test_a_reported_comment_is_hidden_and_the_hosts_hear_of_it(api, session):
    host, second_host = make_user(session), make_user(session)
    event = make_event(session, "SampleConf", host=host)
    api.signed_in(host).post(f"/v2.1/events/{event.id}/hosts", json={"host_name": second_host.username})
    comment = make_event_comment(session, event, make_user(session, full_name="Al"), rating=1, text="Rude words")
    reporter = make_user(session)

    reply = api.signed_in(reporter).post(f"/v2.1/event_comments/{comment.id}/reported", json=[])

    report = newest(session, EventCommentReport)
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    assert (reply.status_code, reply.data) == (202, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}/comments"
    assert (report.comment_id, report.reporter_id, report.decision) == (comment.id, reporter.id, None)
    assert api.get(f"/v2.1/events/{event.id}/comments").json["comments"] == []
    assert [(mail.kind, mail.recipient) for mail in mails] == [
        ("event_comment_reported", host.email),
        ("event_comment_reported", second_host.email),
    ]
    assert mails[0].context == {
        "event": "SampleConf",
        "slug": event.slug,
        "rating": 1,
        "author": "Al",
        "comment": "Rude words",
    }


def test_a_comment_without_an_account_is_reported_with_its_author_name(api, session):
    event = make_event(session, host=make_user(session))
    comment = make_event_comment(session, event, author_name="A passer-by")

    reply = api.signed_in(make_user(session)).post(f"/v2.1/event_comments/{comment.id}/reported")

    assert reply.status_code == 202
    assert newest(session, Mail).context["author"] == "A passer-by"


def test_each_report_is_a_row(api, session):
    comment = make_event_comment(session, make_event(session), make_user(session))
    reporter, another = make_user(session), make_user(session)

    replies = [
        api.signed_in(each).post(f"/v2.1/event_comments/{comment.id}/reported")
        for each in (reporter, reporter, another)
    ]

    assert [reply.status_code for reply in replies] == [202, 202, 202]
    assert session.scalars(select(EventCommentReport.reporter_id).order_by(EventCommentReport.id)).all() == [
        reporter.id,
        reporter.id,
        another.id,
    ]


def test_reporting_takes_an_account_and_a_comment(api, session):
    comment = make_event_comment(session, make_event(session), make_user(session))

    as_nobody = api.post(f"/v2.1/event_comments/{comment.id}/reported")
    of_nothing = api.signed_in(make_user(session)).post("/v2.1/event_comments/987654/reported")

    assert (as_nobody.status_code, as_nobody.json) == (401, ["You must log in to report a comment"])
    assert as_nobody.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'
    assert (of_nothing.status_code, of_nothing.json) == (404, ["Comment not found"])
    assert (newest(session, EventCommentReport), is_hidden(session, comment)) == (None, False)


def test_hosts_read_the_open_reports(api, session):
    host, author = make_user(session), make_user(session, "alice", full_name="Alice Ash")
    event = make_event(session, host=host, timezone="Asia/Tokyo")
    comment = make_event_comment(session, event, author, text="Rude", rating=2)
    reporter = make_user(session, "rita")
    make_report(session, comment, reporter, reported_at=parse_instant("2026-01-02T20:00"))
    make_report(session, make_event_comment(session, make_event(session), author), reporter)
    decided = make_event_comment(session, event, author)
    make_report(session, decided, reporter, decision="denied", decider_id=host.id, decided_at=NOW)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/comments/reported")
    shown = api.signed_in(make_user(session)).get(f"/v2.1/events/{event.id}/comments?verbose=yes")

    here = f"http://localhost/v2.1/event_comments/{comment.id}"
    assert (reply.status_code, shown.status_code) == (200, 200)
    assert [list(report.items()) for report in reply.json["reports"]] == [
        [
            ("reporting_date", "2026-01-02T20:00:00+00:00"),
            ("decision", None),
            ("deciding_date", None),
            ("reporting_user_username", "rita"),
            ("deciding_user_username", None),
            ("comment", reply.json["reports"][0]["comment"]),
            ("reporting_user_uri", f"http://localhost/v2.1/users/{reporter.id}"),
            ("event_uri", f"http://localhost/v2.1/events/{event.id}"),
        ]
    ]
    inner = reply.json["reports"][0]["comment"]
    assert (inner["comment"], inner["rating"], inner["source"], inner["username"]) == ("Rude", 2, "joind.in", "alice")
    assert (inner["comment_uri"], inner["verbose_comment_uri"]) == (here, f"{here}?verbose=yes")
    assert (reply.json["meta"]["count"], reply.json["meta"]["total"]) == (1, 1)


def test_reports_are_listed_oldest_first_and_never_paged(api, session):
    host = make_user(session)
    event = make_event(session, host=host)
    reporters = [make_user(session) for _ in range(3)]
    comment = make_event_comment(session, event, make_user(session))
    for reporter in reporters:
        make_report(session, comment, reporter)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/comments/reported?resultsperpage=1")

    assert reply.status_code == 200
    assert [each["reporting_user_username"] for each in reply.json["reports"]] == [each.username for each in reporters]
    assert [key for key in ("next_page", "prev_page") if key in reply.json["meta"]] == []


def test_a_report_outlives_its_reporter(api, session):
    host, reporter = make_user(session), make_user(session)
    event = make_event(session, host=host)
    comment = make_event_comment(session, event, make_user(session))
    make_report(session, comment, reporter)
    session.delete(reporter)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/comments/reported")

    report = reply.json["reports"][0]
    assert reply.status_code == 200
    assert (report["reporting_user_username"], report["reporting_user_uri"]) == (None, None)


def test_the_report_list_costs_the_same_for_one_and_for_three(api, session, count_statements):
    host = make_user(session)
    event = make_event(session, host=host)
    reader, path = api.signed_in(host), f"/v2.1/events/{event.id}/comments/reported"
    make_report(session, make_event_comment(session, event, make_user(session)), make_user(session))
    # Recording the first use of a token is a statement too.
    reader.get("/v2.1")

    with count_statements() as for_one:
        one = reader.get(path)
    for _ in range(2):
        make_report(session, make_event_comment(session, event, make_user(session)), make_user(session))
    session.commit()
    with count_statements() as for_three:
        three = reader.get(path)

    assert (len(one.json["reports"]), len(three.json["reports"])) == (1, 3)
    assert len(for_one) == len(for_three)


def test_only_hosts_and_admins_read_reports(api, session):
    event = make_event(session, host=make_user(session))
    other_host, admin = make_user(session), make_user(session, is_admin=True)
    make_event(session, host=other_host)
    path = f"/v2.1/events/{event.id}/comments/reported"

    by_visitor, by_stranger = api.get(path), api.signed_in(other_host).get(path)
    by_admin = api.signed_in(admin).get(path)
    of_nothing = api.signed_in(admin).get("/v2.1/events/987654/comments/reported")

    assert (by_visitor.status_code, by_visitor.json) == (401, ["You must log in to do that"])
    assert (by_stranger.status_code, by_stranger.json) == (403, ["You don't have permission to do that"])
    assert (by_admin.status_code, by_admin.json["reports"]) == (200, [])
    assert (of_nothing.status_code, of_nothing.json) == (404, ["Event not found"])


@pytest.mark.parametrize(("decision", "stays_hidden"), [("approved", True), ("denied", False)])
def test_a_host_decides_about_all_reports_of_a_comment(api, session, decision, stays_hidden):
    host = make_user(session)
    event = make_event(session, host=host)
    comment = make_event_comment(session, event, make_user(session))
    other = make_event_comment(session, event, make_user(session))
    for each in (comment, comment, other):
        make_report(session, each, make_user(session))

    reply = decide(api.signed_in(host), comment, decision)

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}/comments"
    assert (is_hidden(session, comment), is_hidden(session, other)) == (stays_hidden, True)
    assert sorted(decisions(session), key=str) == sorted([(decision, host.id)] * 2 + [(None, None)], key=str)
    assert newest(session, Mail) is None


def test_a_decision_can_be_taken_back(api, session):
    admin = api.signed_in(make_user(session, is_admin=True))
    comment = make_event_comment(session, make_event(session), make_user(session))
    make_report(session, comment, make_user(session))

    first, second = decide(admin, comment, "approved"), decide(admin, comment, "denied")

    assert (first.status_code, second.status_code) == (204, 204)
    assert (is_hidden(session, comment), decisions(session)[0].decision) == (False, "denied")


@pytest.mark.parametrize("decision", ["", None, "maybe", "Approved", 1])
def test_there_are_only_two_decisions(api, session, decision):
    comment = make_event_comment(session, make_event(session), make_user(session))
    make_report(session, comment, make_user(session))

    reply = decide(api.signed_in(make_user(session, is_admin=True)), comment, decision)

    assert (reply.status_code, reply.json) == (400, ["Unexpected decision"])
    assert (is_hidden(session, comment), decisions(session)) == (True, [(None, None)])


def test_moderating_is_refused_in_order(api, session):
    author = make_user(session)
    comment = make_event_comment(session, make_event(session, host=make_user(session)), author)
    make_report(session, comment, make_user(session))

    by_visitor = decide(api, comment, "nonsense")
    of_nothing = api.signed_in(author).put("/v2.1/event_comments/0/reported", json={"decision": "nonsense"})
    by_author = decide(api.signed_in(author), comment, "nonsense")

    assert (by_visitor.status_code, by_visitor.json) == (401, ["You must log in to moderate a comment"])
    assert (of_nothing.status_code, of_nothing.json) == (404, ["Comment not found"])
    assert (by_author.status_code, by_author.json) == (403, ["You don't have permission to do that"])
    assert decisions(session) == [(None, None)]
