"""What follows from a comment, whatever was loaded before."""

import pytest
from sqlalchemy import delete

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import Event, EventComment, Mail
from joindin.operations.comment_reports import report_comment, resolve_comment_reports
from joindin.operations.comments import add_event_comment
from joindin.queries.comments import find_event_comment_including_hidden
from tests.factories import NOW, make_event, make_event_comment, make_user, newest


def say(session, event_id, author, **changes):
    said = {"text": "Well", "rating": 4, "source": "joind.in", **changes}
    return add_event_comment(session, event_id, author=author, now=NOW, **said)


def test_the_author_is_named_to_the_hosts_although_nothing_else_holds_on_to_them(session):
    event = make_event(session, host=make_user(session))
    comment_id = make_event_comment(session, event, make_user(session, full_name="Al")).id
    reporter = make_user(session)
    session.commit()
    session.expunge_all()

    report_comment(session, find_event_comment_including_hidden(session, comment_id), reporter=reporter, now=NOW)

    assert newest(session, Mail).context["author"] == "Al"


def test_counters_move_by_what_others_wrote_meanwhile(session):
    event, author = make_event(session), make_user(session)
    session.commit()
    with db.engine.begin() as elsewhere:
        elsewhere.execute(Event.__table__.update().values(comment_count=7, rating_sum=20, rating_count=5))

    say(session, event.id, author)
    session.commit()

    session.expire_all()
    event = session.get(Event, event.id)
    assert (event.comment_count, event.rating_sum, event.rating_count) == (8, 24, 6)


def test_an_event_that_went_away_meanwhile_takes_no_comment(session):
    event, author = make_event(session), make_user(session)
    session.commit()
    with db.engine.begin() as elsewhere:
        elsewhere.execute(delete(Event))

    with pytest.raises(NotFound, match=r"^Event not found$"):
        say(session, event.id, author)


def test_a_refused_comment_leaves_the_counters_alone(session):
    event, author = make_event(session), make_user(session)
    say(session, event.id, author)

    with pytest.raises(InvalidInput, match=r"^Duplicate comment$"):
        say(session, event.id, author)

    session.flush()
    session.expire_all()
    assert session.get(Event, event.id).comment_count == 1


def test_a_decision_is_one_of_two(session):
    comment = make_event_comment(session, make_event(session))

    with pytest.raises(InvalidInput, match=r"^Unexpected decision$"):
        resolve_comment_reports(session, comment, decider=make_user(session), decision="maybe", now=NOW)

    assert session.get(EventComment, comment.id).is_hidden is False
