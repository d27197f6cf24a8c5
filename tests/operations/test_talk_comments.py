"""Comments on talks: counters, limits, and rows that are deleted concurrently."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from joindin.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from joindin.models import Talk, TalkComment, User
from joindin.operations.comment_reports import report_comment, resolve_comment_reports
from joindin.operations.counter_repair import verify_counters
from joindin.operations.talk_comments import (
    CommentRateLimit,
    add_talk_comment,
    check_comment_rate,
    edit_talk_comment,
)
from joindin.queries.talk_comments import find_talk_comment_including_hidden
from tests.factories import NOW, make_event, make_talk, make_talk_comment, make_user
from tests.fuzzing import fuzz_settings

NO_LIMIT = CommentRateLimit(1000, dt.timedelta(hours=1))


def comment_on(session, talk, author, text="Hi", *, rating=4, is_private=False, limit=NO_LIMIT, now=NOW):
    comment_id = add_talk_comment(
        session,
        talk.id,
        author=author,
        text=text,
        rating=rating,
        is_private=is_private,
        source="joind.in",
        limit=limit,
        now=now,
    )
    return session.get_one(TalkComment, comment_id)


def inconsistencies(session):
    return [each for _, found in verify_counters(session, fix=False) for each in found]


def delete_unnoticed(session, model, row):
    """Delete the row as a concurrent transaction would: objects in this session are not updated."""
    session.execute(delete(model).where(model.id == row.id).execution_options(synchronize_session=False))


def test_a_deleted_author_adds_no_comment(session):
    talk, author = make_talk(session, make_event(session)), make_user(session)
    delete_unnoticed(session, User, author)

    with pytest.raises(Unauthenticated, match="You must be logged in to create data"):
        comment_on(session, talk, author)


def test_a_deleted_talk_takes_no_comment(session):
    talk, author = make_talk(session, make_event(session)), make_user(session)
    delete_unnoticed(session, Talk, talk)

    with pytest.raises(NotFound, match="Talk not found"):
        comment_on(session, talk, author)


WRITES = {
    "report": lambda session, comment, user: report_comment(session, comment, reporter=user, now=NOW),
    "decide": lambda session, comment, user: resolve_comment_reports(
        session, comment, decider=user, decision="denied", now=NOW
    ),
    "edit": lambda session, comment, user: edit_talk_comment(
        session, comment, editor=user, text="x", minutes=15, now=NOW
    ),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("doomed", [TalkComment, Talk])
def test_a_deleted_comment_is_not_found(session, write, doomed):
    talk, user = make_talk(session, make_event(session)), make_user(session)
    comment = find_talk_comment_including_hidden(session, make_talk_comment(session, talk, user).id)
    delete_unnoticed(session, doomed, comment if doomed is TalkComment else talk)

    with pytest.raises(NotFound, match="Comment not found"):
        WRITES[write](session, comment, user)


def test_a_comment_that_was_hidden_meanwhile_is_not_edited(session):
    user = make_user(session)
    comment = make_talk_comment(session, make_talk(session, make_event(session)), user, text="Rude")
    table = TalkComment.__table__
    session.execute(table.update().where(table.c.id == comment.id).values(is_hidden=True))

    with pytest.raises(NotFound, match="Comment not found"):
        edit_talk_comment(session, comment, editor=user, text="Kind", minutes=15, now=NOW)

    assert session.scalar(select(table.c.text)) == "Rude"


def test_a_comment_without_an_author_is_not_edited(session):
    comment = make_talk_comment(session, make_talk(session, make_event(session)))

    with pytest.raises(Forbidden, match="You are not the comment author"):
        edit_talk_comment(session, comment, editor=make_user(session), text="Mine", minutes=15, now=NOW)


@pytest.mark.parametrize(
    ("age", "most", "wait"),
    [(0, 1, 600), (599.2, 1, 1), (599.999, 1, 1), (0.2, 1, 600), (300, 2, None), (600, 1, None)],
)
def test_the_time_until_a_retry_is_in_whole_seconds(session, age, most, wait):
    author = make_user(session)
    talk = make_talk(session, make_event(session))
    make_talk_comment(session, talk, author, created_at=NOW - dt.timedelta(seconds=age))
    limit = CommentRateLimit(most, dt.timedelta(minutes=10))

    try:
        found = check_comment_rate(session, author, limit, now=NOW)
    except RateLimited as refused:
        found = refused.retry_after, str(refused)

    assert found == (wait and (wait, f"Rate limit exceeded. Try again in {wait} seconds"))


def test_a_comment_from_the_future_counts(session):
    author = make_user(session)
    talk = make_talk(session, make_event(session))
    make_talk_comment(session, talk, author, created_at=NOW + dt.timedelta(seconds=30))

    with pytest.raises(RateLimited) as refused:
        comment_on(session, talk, author, limit=CommentRateLimit(1, dt.timedelta(minutes=10)))

    assert refused.value.retry_after == 630


def test_other_decisions_are_refused(session):
    user = make_user(session)
    comment = make_talk_comment(session, make_talk(session, make_event(session)), user)

    with pytest.raises(InvalidInput, match="Unexpected decision"):
        resolve_comment_reports(session, comment, decider=user, decision="perhaps", now=NOW)

    assert comment.is_hidden is False


PEOPLE = st.integers(0, 3)
COMMENTS = st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.just("comment_on"), PEOPLE, st.integers(1, 5), st.booleans()),
    st.tuples(st.just("comment_on"), PEOPLE, st.integers(1, 5), st.just(False)),
    st.tuples(st.just("report"), COMMENTS),
    st.tuples(st.sampled_from(["approved", "denied"]), COMMENTS),
)


@given(st.lists(STEPS, max_size=12))
@fuzz_settings(60)
def test_counters_follow_every_sequence_of_changes(session, steps):
    people = [make_user(session) for _ in range(4)]
    # The last one is the speaker.
    talk = make_talk(session, make_event(session), speakers=["Somebody", people[-1]])
    make_talk_comment(session, talk, None, rating=3)
    comments = []

    for number, (step, *details) in enumerate(steps):
        if step == "comment_on":
            person, rating, is_private = details
            comments.append(
                comment_on(session, talk, people[person], f"No. {number}", rating=rating, is_private=is_private)
            )
        elif details[0] < len(comments) and not comments[details[0]].is_private:
            comment = find_talk_comment_including_hidden(session, comments[details[0]].id)
            if step == "report":
                report_comment(session, comment, reporter=people[0], now=NOW)
            else:
                resolve_comment_reports(session, comment, decider=people[0], decision=step, now=NOW)

    rated = [comment.user_id for comment in comments if comment.rating]
    assert len(rated) == len(set(rated))
    assert people[-1].id not in rated
    assert inconsistencies(session) == []
    session.refresh(talk)
    assert talk.comment_count == 1 + sum(not (comment.is_private or comment.is_hidden) for comment in comments)
    session.rollback()
