"""Adding, reporting and deciding about comments on events."""

import pytest
from sqlalchemy import delete

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import Event, EventComment, Mail
from joindin.operations.comment_reports import report_comment, resolve_comment_reports
from joindin.operations.comments import add_event_comment
from joindin.queries.comments import find_event_comment_including_hidden
from tests.factories import NOW, make_event, make_event_comment, make_user, newest


def comment_on(session, event_id, author, **changes):
    fields = {"text": "Well", "rating": 4, "source": "joind.in", **changes}
    return add_event_comment(session, event_id, author=author, now=NOW, **fields)


def test_the_mail_to_the_hosts_names_the_author_of_an_unloaded_comment(session):
    event = make_event(session, host=make_user(session))
    comment_id = make_event_comment(session, event, make_user(session, full_name="Al")).id
    reporter = make_user(session)
    session.commit()
    session.expunge_all()

    report_comment(session, find_event_comment_including_hidden(session, comment_id), reporter=reporter, now=NOW)

    assert newest(session, Mail).context["author"] == "Al"


def test_counters_are_incremented_over_concurrent_changes(session):
    event, author = make_event(session), make_user(session)
    session.commit()
    with db.engine.begin() as elsewhere:
        elsewhere.execute(Event.__table__.update().values(comment_count=7, rating_sum=20, rating_count=5))

    comment_on(session, event.id, author)
    session.commit()

    session.expire_all()
    event = session.get(Event, event.id)
    assert (event.comment_count, event.rating_sum, event.rating_count) == (8, 24, 6)


def test_an_event_that_was_deleted_meanwhile_takes_no_comment(session):
    event, author = make_event(session), make_user(session)
    session.commit()
    with db.engine.begin() as elsewhere:
        elsewhere.execute(delete(Event))

    with pytest.raises(NotFound, match=r"^Event not found$"):
        comment_on(session, event.id, author)


def test_a_refused_comment_changes_no_counter(session):
    event, author = make_event(session), make_user(session)
    comment_on(session, event.id, author)

    with pytest.raises(InvalidInput, match=r"^Duplicate comment$"):
        comment_on(session, event.id, author)

    session.flush()
    session.expire_all()
    assert session.get(Event, event.id).comment_count == 1


def test_other_decisions_are_refused(session):
    comment = make_event_comment(session, make_event(session))

    with pytest.raises(InvalidInput, match=r"^Unexpected decision$"):
        resolve_comment_reports(session, comment, decider=make_user(session), decision="maybe", now=NOW)

    assert session.get(EventComment, comment.id).is_hidden is False
