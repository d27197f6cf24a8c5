"""The part of a talk's page about feedback: ratings, comments, and the form for a comment."""

from flask import request

from joindin.extensions import db, reader
from joindin.http.sessions import session_user
from joindin.models import TalkComment
from joindin.operations.feedback.windows import feedback_window
from joindin.permissions import can_manage_talk
from joindin.queries.comment_records import load_talk_comment_records
from joindin.queries.event_settings import load_event_settings
from joindin.queries.keyed_lists import load_in_order
from joindin.queries.talk_comments import list_talk_comments
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.resources.web.feedback.comment_form import comment_form_for
from joindin.resources.web.feedback.comment_lists import COMMENTS_PER_PAGE, Pages, paging_of, requested_page
from joindin.resources.web.feedback.web2_comments import web2_marks
from joindin.utils.datetimes import utc_now


def talk_feedback_context(event, talk) -> dict:
    """Return the variables of ``web/feedback/_talk_section.html``. For visitors they do not depend on the time."""
    user = session_user()
    settings = load_event_settings(reader(), event.id)
    is_last = request.args.get("page") == "last"
    number = max(1, -(-talk.comment_count // COMMENTS_PER_PAGE)) if is_last else requested_page()
    page = list_talk_comments(reader(), talk.id, paging_of(number, COMMENTS_PER_PAGE))
    comments = load_in_order(reader(), page, load_talk_comment_records)
    context = {
        "settings": settings,
        "comments": comments,
        "marks": web2_marks(comments, TalkComment),
        "pages": Pages(number, page.total, COMMENTS_PER_PAGE),
        "speaker_ids": {speaker.user_id for speaker in talk.speakers if speaker.user_id},
        "has_unclaimed_speakers": any(speaker.user_id is None for speaker in talk.speakers),
        "comment_form": None,
    }
    if user is None:
        return context
    viewer = load_viewer_for_talk_editing(db.session, user, [talk])
    window = feedback_window(event, talk, settings, now=utc_now())
    return context | {
        "window": window,
        "viewer_id": user.id,
        "is_speaker": talk.id in viewer.speaking,
        "is_manager": can_manage_talk(viewer, talk),
        "comment_form": comment_form_for(settings) if window.is_open else None,
    }
