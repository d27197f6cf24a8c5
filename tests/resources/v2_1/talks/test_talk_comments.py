import hashlib

import pytest

from joindin.models import TalkCommentReport
from tests.factories import NOW, make_event, make_talk, make_talk_comment, make_user, parse_instant

BASE_URL = "http://localhost/v2.1"


def make_report(session, comment, reporter, **fields):
    report = TalkCommentReport(comment_id=comment.id, reporter_id=reporter.id, **{"reported_at": NOW, **fields})
    session.add(report)
    session.flush()
    return report


def list_texts(reply):
    return [comment["comment"] for comment in reply.json["comments"]]


def test_visitor_reads_a_talk_comment(api, session):
    author = make_user(session, "ann", full_name="Ann Author")
    talk = make_talk(session, make_event(session, timezone="Europe/Amsterdam"), "On Python")
    comment = make_talk_comment(
        session, talk, author, rating=5, text="Good & <b>clear</b>", created_at=parse_instant("2026-03-01T12:00")
    )
    make_talk_comment(session, talk)

    reply = api.get(f"/v2.1/talk_comments/{comment.id}")

    here = f"{BASE_URL}/talk_comments/{comment.id}"
    assert reply.status_code == 200
    assert list(reply.json["comments"][0].items()) == [
        ("rating", 5),
        ("comment", "Good & <b>clear</b>"),
        ("user_display_name", "Ann Author"),
        ("username", "ann"),
        ("talk_title", "On Python"),
        ("created_date", "2026-03-01T13:00:00+01:00"),
        ("uri", here),
        ("verbose_uri", f"{here}?verbose=yes"),
        ("talk_uri", f"{BASE_URL}/talks/{talk.id}"),
        ("talk_comments_uri", f"{BASE_URL}/talks/{talk.id}/comments"),
        ("reported_uri", f"{here}/reported"),
        ("user_uri", f"{BASE_URL}/users/{author.id}"),
    ]
    assert reply.json["meta"] == {"count": 1, "total": 1, "this_page": f"{here}?resultsperpage=20"}


def test_the_verbose_form_adds_source_and_gravatar(api, session):
    author = make_user(session, email="Ann@Example.org")
    comment = make_talk_comment(session, make_talk(session, make_event(session)), author, source="web2")

    reply = api.get(f"/v2.1/talk_comments/{comment.id}?verbose=yes")

    shown = reply.json["comments"][0]
    assert list(shown) == [
        "rating", "comment", "user_display_name", "username", "talk_title", "source", "created_date", "gravatar_hash",
        "uri", "verbose_uri", "talk_uri", "talk_comments_uri", "reported_uri", "user_uri",
    ]  # fmt: skip
    assert shown["source"] == "web2"
    assert shown["gravatar_hash"] == hashlib.md5(b"ann@example.org").hexdigest()


def test_an_anonymous_comment_has_a_null_name_and_no_user(api, session):
    comment = make_talk_comment(session, make_talk(session, make_event(session)), source=None)

    shown = api.get(f"/v2.1/talk_comments/{comment.id}?verbose=yes").json["comments"][0]

    assert (shown["user_display_name"], shown["username"], shown["source"]) == (None, None, None)
    assert shown["gravatar_hash"] == hashlib.md5(b"").hexdigest()
    assert list(shown)[-1] == "reported_uri"


def test_unknown_hidden_and_private_comments_are_not_found(api, session):
    author, admin = make_user(session), make_user(session, is_admin=True)
    talk = make_talk(session, make_event(session, host=author), speakers=[author])
    hidden = make_talk_comment(session, talk, author, is_hidden=True)
    private = make_talk_comment(session, talk, author, is_private=True)
    ids = (hidden.id, private.id, private.id + 1000, "first")

    replies = [caller.get(f"/v2.1/talk_comments/{id_}") for caller in (api, api.signed_in(author)) for id_ in ids]
    replies += [api.signed_in(admin).get(f"/v2.1/talk_comments/{private.id}")]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["Comment not found"])] * 9


def test_comments_on_a_talk_come_oldest_first(api, session):
    event = make_event(session)
    talk, other = make_talk(session, event), make_talk(session, event)
    author = make_user(session)
    make_talk_comment(session, talk, author, text="second", created_at=parse_instant("2026-03-02T12:00"))
    make_talk_comment(session, talk, author, text="first", created_at=parse_instant("2026-03-01T12:00"))
    make_talk_comment(session, talk, author, text="third", created_at=parse_instant("2026-03-02T12:00"))
    make_talk_comment(session, talk, author, text="hidden", is_hidden=True)
    make_talk_comment(session, talk, author, text="private", is_private=True)
    make_talk_comment(session, other, author, text="elsewhere")

    reply = api.get(f"/v2.1/talks/{talk.id}/comments")

    assert reply.status_code == 200
    assert list_texts(reply) == ["first", "second", "third"]
    assert reply.json["meta"] == {
        "count": 3,
        "total": 3,
        "this_page": f"{BASE_URL}/talks/{talk.id}/comments?resultsperpage=20",
    }


def test_comments_on_all_talks_of_an_event_come_newest_first(api, session):
    event = make_event(session)
    talk, other = make_talk(session, event), make_talk(session, event)
    author = make_user(session)
    make_talk_comment(session, talk, author, text="second", created_at=parse_instant("2026-03-02T12:00"))
    make_talk_comment(session, other, author, text="first", created_at=parse_instant("2026-03-01T12:00"))
    make_talk_comment(session, talk, author, text="third", created_at=parse_instant("2026-03-02T12:00"))
    make_talk_comment(session, talk, author, text="hidden", is_hidden=True)
    make_talk_comment(session, talk, author, text="private", is_private=True)
    make_talk_comment(session, make_talk(session, make_event(session)), author, text="elsewhere")

    reply = api.get(f"/v2.1/events/{event.id}/talk_comments")

    assert reply.status_code == 200
    assert list_texts(reply) == ["third", "second", "first"]
    assert reply.json["meta"]["total"] == 3


def test_comments_of_a_user_are_listed_newest_first(api, session):
    author = make_user(session)
    talk, other = make_talk(session, make_event(session)), make_talk(session, make_event(session))
    make_talk_comment(session, talk, author, text="first", created_at=parse_instant("2026-03-01T12:00"))
    make_talk_comment(session, other, author, text="second", created_at=parse_instant("2026-03-02T12:00"))
    make_talk_comment(session, talk, author, text="hidden", is_hidden=True)
    make_talk_comment(session, talk, author, text="private", is_private=True)
    make_talk_comment(session, talk, make_user(session), text="somebody else")

    reply = api.signed_in(author).get(f"/v2.1/users/{author.id}/talk_comments/?verbose=yes")

    assert reply.status_code == 200
    assert list_texts(reply) == ["second", "first"]
    assert reply.json["meta"] == {
        "count": 2,
        "total": 2,
        "this_page": f"{BASE_URL}/users/{author.id}/talk_comments/?verbose=yes&resultsperpage=20",
        "user_uri": f"{BASE_URL}/users/{author.id}",
    }


@pytest.mark.parametrize("path", ["talks/{}/comments", "events/{}/talk_comments", "users/{}/talk_comments"])
def test_lists_of_comments_of_unknown_things_are_empty(api, session, path):
    make_talk_comment(session, make_talk(session, make_event(session)), make_user(session))

    reply = api.get("/v2.1/" + path.format(12345))

    assert reply.status_code == 200
    assert reply.json == {
        "comments": [],
        "meta": {"count": 0, "total": 0, "this_page": f"{BASE_URL}/{path.format(12345)}?resultsperpage=20"},
    }


@pytest.mark.parametrize(
    "path", ["talks/{talk}/comments", "events/{event}/talk_comments", "users/{user}/talk_comments"]
)
def test_comments_come_in_pages(api, session, path):
    author, event = make_user(session), make_event(session)
    talk = make_talk(session, event)
    for number in range(3):
        make_talk_comment(
            session, talk, author, text=str(number), created_at=parse_instant(f"2026-03-0{number + 1}T12:00")
        )
    path = "/v2.1/" + path.format(talk=talk.id, event=event.id, user=author.id)

    first, last = api.get(f"{path}?resultsperpage=2"), api.get(f"{path}?start=2&resultsperpage=2")

    assert list_texts(first) + list_texts(last) == (["0", "1", "2"] if "/talks/" in path else ["2", "1", "0"])
    assert first.json["meta"]["next_page"] == f"http://localhost{path}?resultsperpage=2&start=2"
    assert list(last.json["meta"]) == ["count", "total", "this_page", "prev_page"]
    assert (last.json["meta"]["count"], last.json["meta"]["total"]) == (1, 3)


@pytest.mark.parametrize(
    "path", ["talks/{talk}/comments", "events/{event}/talk_comments", "users/{user}/talk_comments"]
)
def test_a_list_of_comments_costs_the_same_whatever_its_length(api, session, count_statements, path):
    author, event = make_user(session), make_event(session)
    talk = make_talk(session, event)
    path = "/v2.1/" + path.format(talk=talk.id, event=event.id, user=author.id) + "?verbose=yes"
    make_talk_comment(session, talk, author)
    session.commit()
    with count_statements() as for_one:
        api.get(path)
    make_talk_comment(session, make_talk(session, event) if "/talks/" not in path else talk, author)
    make_talk_comment(session, talk, author)
    session.commit()

    with count_statements() as for_three:
        reply = api.get(path)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one) == 2


def test_host_lists_the_open_reports_about_comments(api, session):
    host, reporter, author = make_user(session), make_user(session, "rita"), make_user(session)
    event = make_event(session, host=host)
    talk = make_talk(session, event)
    comment = make_talk_comment(session, talk, author, text="Rude", is_hidden=True)
    make_report(session, comment, reporter, reported_at=parse_instant("2026-03-01T12:00"))
    decided = make_talk_comment(session, talk, author, is_hidden=True)
    make_report(session, decided, reporter, decision="approved", decider_id=host.id, decided_at=NOW)
    private = make_talk_comment(session, talk, author, is_hidden=True, is_private=True)
    make_report(session, private, reporter)
    elsewhere = make_talk_comment(session, make_talk(session, make_event(session)), author, is_hidden=True)
    make_report(session, elsewhere, reporter)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/talk_comments/reported?resultsperpage=1")

    assert reply.status_code == 200
    (report,) = reply.json["reports"]
    comment_shown = report.pop("comment")
    assert list(report.items()) == [
        ("reporting_date", "2026-03-01T12:00:00+00:00"),
        ("decision", None),
        ("deciding_date", None),
        ("reporting_user_username", "rita"),
        ("deciding_user_username", None),
        ("reporting_user_uri", f"{BASE_URL}/users/{reporter.id}"),
        ("event_uri", f"{BASE_URL}/events/{event.id}"),
        ("talk_uri", f"{BASE_URL}/talks/{talk.id}"),
    ]
    assert (comment_shown["comment"], comment_shown["source"]) == ("Rude", "joind.in")
    assert (reply.json["meta"]["count"], reply.json["meta"]["total"]) == (1, 1)


def test_only_hosts_and_admins_list_reports(api, session):
    event = make_event(session, host=make_user(session))
    path = f"/v2.1/events/{event.id}/talk_comments/reported"

    as_visitor, as_another = api.get(path), api.signed_in(make_user(session)).get(path)
    as_admin = api.signed_in(make_user(session, is_admin=True)).get(path)

    assert (as_visitor.status_code, as_visitor.json) == (401, ["You must log in to do that"])
    assert (as_another.status_code, as_another.json) == (403, ["You don't have permission to do that"])
    assert (as_admin.status_code, as_admin.json["reports"]) == (200, [])


def test_a_list_of_reports_costs_the_same_whatever_its_length(api, session, count_statements):
    host = make_user(session)
    event = make_event(session, host=host)
    caller = api.signed_in(host)
    path = f"/v2.1/events/{event.id}/talk_comments/reported"

    def report_one():
        comment = make_talk_comment(session, make_talk(session, event), make_user(session), is_hidden=True)
        make_report(session, comment, make_user(session))
        session.commit()

    report_one()
    with count_statements() as for_one:
        caller.get(path)
    report_one()
    report_one()

    with count_statements() as for_three:
        reply = caller.get(path)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one)
