"""The part of a talk's page about feedback: ratings, comments, and the form for a comment."""

import datetime as dt

from flask import current_app

from joindin.extensions import db, reader
from joindin.http.sessions import session_user
from joindin.models import TalkComment
from joindin.operations.feedback.windows import feedback_window
from joindin.permissions import can_manage_talk
from joindin.queries.comment_records import load_talk_comment_records
from joindin.queries.event_settings import load_event_settings
from joindin.queries.feedback.hosts import list_host_ids
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.talk_comments import list_talk_comments
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.resources.web.feedback.comment_form import can_rate_talk, new_comment_form
from joindin.resources.web.feedback.comment_lists import COMMENTS_PER_PAGE, Pages, paging_of, requested_thread_page
from joindin.resources.web.feedback.common import scale_words
from joindin.resources.web.feedback.web2_comments import web2_marks
from joindin.utils.datetimes import utc_now


def talk_feedback_context(event, talk) -> dict:
    """Return the variables of ``web/feedback/_talk_section.html``, and until when they hold without a write."""
    user, now = session_user(), utc_now()
    settings = load_event_settings(reader(), event.id)
    window = feedback_window(event, talk, settings, now=now)
    number = requested_thread_page(lambda: talk.comment_count)
    page = list_talk_comments(reader(), talk.id, paging_of(number, COMMENTS_PER_PAGE))
    comments = load_in_order(reader(), page, load_talk_comment_records)
    context = {
        "settings": settings,
        "window": window,
        "expires_at": min((at for at in (window.opens_at, window.closes_at) if at > now), default=None),
        "comments": comments,
        "marks": web2_marks(comments, TalkComment),
        "pages": Pages(number, page.total, COMMENTS_PER_PAGE),
        "words": dict(scale_words(settings)),
        "sees_star_count": settings.is_star_count_public,
        "host_ids": list_host_ids(reader(), event.id, {comment.user.id for comment in comments if comment.user}),
        "speaker_ids": {speaker.user_id for speaker in talk.speakers if speaker.user_id},
        "has_unclaimed_speakers": any(speaker.user_id is None for speaker in talk.speakers),
        "comment_form": None,
    }
    if user is None:
        return context
    viewer = load_viewer_for_talk_editing(db.session, user, [talk])
    is_manager = can_manage_talk(viewer, talk)
    form = None
    if window.is_open:
        form = new_comment_form(settings, user.id, with_rating=can_rate_talk(talk.id, user.id))
    return context | {
        "viewer_id": user.id,
        "editable_since": now - dt.timedelta(minutes=current_app.config["MAX_COMMENT_EDIT_MINUTES"]),
        "is_speaker": talk.id in viewer.speaking,
        "is_manager": is_manager,
        "sees_star_count": is_manager or settings.is_star_count_public,
        "comment_form": form,
    }
