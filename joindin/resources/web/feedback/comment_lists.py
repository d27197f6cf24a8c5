"""Pages of comments: on an event, and on all its talks; and the talks of an event to rate.

A thread, on an event or on a talk, has its newest comment last.
"""

import datetime as dt
from collections.abc import Callable

from flask import current_app, request

from joindin.extensions import db, reader
from joindin.http.pages.paging import check_page_exists, read_page_number
from joindin.http.sessions import session_user
from joindin.models import EventComment, TalkComment
from joindin.operations.feedback.windows import CLOSED, SWITCHED_OFF, event_feedback_window, feedback_window
from joindin.queries.comment_records import load_event_comment_records, load_talk_comment_records
from joindin.queries.comments import count_earlier_comments, count_event_comments, list_event_comments
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.hosts import list_host_ids
from joindin.queries.feedback.rated_talks import (
    count_begun_talks,
    get_next_start,
    list_begun_talks,
    list_starred_talk_ids,
)
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.paging import Paging
from joindin.queries.talk_comments import list_event_talk_comments
from joindin.resources.web.feedback.comment_form import can_rate_event, comment_form_for
from joindin.resources.web.feedback.common import scale_words
from joindin.resources.web.feedback.web2_comments import web2_marks
from joindin.resources.web.public.event_frame import COMMENTS, event_response, with_event, with_event_or_preview
from joindin.resources.web.public.pages import blp, website_links
from joindin.utils.datetimes import utc_now

COMMENTS_PER_PAGE = 50
TALKS_PER_PAGE = 20


@blp.get("/event/<slug>/comments")
@with_event_or_preview
def event_comments_page(event):
    number = requested_thread_page(lambda: count_event_comments(reader(), event.id))
    paging, user = paging_of(number, COMMENTS_PER_PAGE), session_user()
    page = list_event_comments(reader(), event.id, paging, user, is_oldest_first=True)
    comments = load_in_order(reader(), page, load_event_comment_records)
    settings, now = load_event_settings(reader(), event.id), utc_now()
    window = event_feedback_window(event, settings, now=now)
    form = None
    if user is not None and event.is_visible:
        form = comment_form_for(settings, with_rating=can_rate_event(event.id, user.id), with_level=False)
    return event_response(
        "web/feedback/event_comments.html",
        event,
        f"{website_links().event_page(event.slug)}/comments",
        COMMENTS,
        expires_at=window.closes_at if window.closes_at >= now else None,
        comments=comments,
        host_ids=list_host_ids(reader(), event.id, {comment.user.id for comment in comments if comment.user}),
        editable_since=now - dt.timedelta(minutes=current_app.config["MAX_COMMENT_EDIT_MINUTES"]),
        marks=web2_marks(comments, EventComment),
        pages=Pages(number, page.total, COMMENTS_PER_PAGE),
        form=form,
        has_feedback=window.state != SWITCHED_OFF,
        closed_at=window.closes_at if window.state == CLOSED else None,
    )


@blp.get("/event/<slug>/talk-comments")
@with_event_or_preview
def talk_comments_page(event):
    number = read_page_number()
    page = list_event_talk_comments(reader(), event.id, paging_of(number, COMMENTS_PER_PAGE), session_user())
    comments = load_in_order(reader(), page, load_talk_comment_records)
    return event_response(
        "web/feedback/talk_comments.html",
        event,
        f"{website_links().event_page(event.slug)}/talk-comments",
        COMMENTS,
        comments=comments,
        marks=web2_marks(comments, TalkComment),
        pages=Pages(number, page.total, COMMENTS_PER_PAGE),
    )


@blp.get("/event/<slug>/feedback")
@with_event
def event_feedback_page(event):
    """Show the talks that have begun, newest first, each with the scale as long as it may be rated.

    The page holds until the next talk begins, or feedback on a talk closes.
    """
    now, number, user = utc_now(), read_page_number(), session_user()
    paging = paging_of(number, TALKS_PER_PAGE)
    settings = load_event_settings(reader(), event.id)
    talks = list_begun_talks(db.session, event.id, now, paging, user and user.id)
    windows = {talk.id: feedback_window(event, talk, settings, now=now) for talk in talks}
    changes_at = [
        get_next_start(db.session, event.id, now),
        *(each.closes_at for each in windows.values() if each.is_open),
    ]
    return event_response(
        "web/feedback/event_feedback.html",
        event,
        f"{website_links().event_page(event.slug)}/feedback",
        None,
        expires_at=min(filter(None, changes_at), default=None),
        talks=talks,
        windows=windows,
        is_open=any(each.is_open for each in windows.values()),
        closed_at=max((each.closes_at for each in windows.values()), default=None),
        starred=list_starred_talk_ids(db.session, event.id, user.id) if user else (),
        pages=Pages(number, count_begun_talks(db.session, event.id, now), TALKS_PER_PAGE),
        settings=settings,
        words=scale_words(settings),
        is_signed_in=user is not None,
    )


class Pages:
    """The pages of a list: the current one, and whether there are others."""

    def __init__(self, number: int, total: int, size: int):
        self.number, self.total = number, total
        self.last = max(1, -(-total // size))
        check_page_exists(number, size, total)


def comment_address(thread: str, model: type[EventComment] | type[TalkComment], comment_id: int) -> str:
    """Return the address of a public comment, on the page of its thread on which it stands."""
    number = count_earlier_comments(reader(), model, comment_id) // COMMENTS_PER_PAGE + 1
    return f"{thread}{f'?page={number}' if number > 1 else ''}#comment-{comment_id}"


def requested_thread_page(count_comments: Callable[[], int]) -> int:
    """Return the number of the page, as :func:`read_page_number`; ``last`` is the page with the newest comment."""
    if request.args.get("page") != "last":
        return read_page_number()
    return max(1, -(-count_comments() // COMMENTS_PER_PAGE))


def paging_of(number: int, size: int) -> Paging:
    return Paging((number - 1) * size, size)
