"""Marks by which addresses of web2 name comments: the first digits of the MD5 hash of the comment's address in its API.

They are known if the setting OLD_API_BASE names that API, and the comments were imported with their ids.
"""

import hashlib
from collections.abc import Iterable
from urllib.parse import quote

from flask import current_app, redirect

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.models import EventComment, TalkComment
from joindin.queries.feedback.rated_talks import list_shown_comment_ids
from joindin.queries.talks import find_talk_by_slug
from joindin.resources.web.public.event_frame import with_event
from joindin.resources.web.public.pages import blp, printable_or_not_found, redirect_links

MARK_LENGTH = 6
COLLECTIONS = {EventComment: "event_comments", TalkComment: "talk_comments"}


def web2_marks(comments: Iterable, model: type[EventComment] | type[TalkComment]) -> dict[int, str]:
    """Return the marks of the comments of a page by their ids. None is the id or the mark of another one of them."""
    if not current_app.config["OLD_API_BASE"]:
        return {}
    ids = [comment.id for comment in comments]
    marks, taken = {}, set(map(str, ids))
    for comment_id in ids:
        mark = _address_hash(model, comment_id)
        if mark not in taken:
            marks[comment_id] = mark
            taken.add(mark)
    return marks


@blp.get("/event/<slug>/comments/<comment_hash>/report")
@with_event
def redirect_event_comment_report(event, comment_hash):
    thread = f"{redirect_links().event_page(event.slug)}/comments"
    return _redirect_to_report(EventComment, EventComment.event_id == event.id, comment_hash, thread)


@blp.get("/event/<slug>/<talk_slug>/comments/<comment_hash>/report")
@with_event
def redirect_talk_comment_report(event, talk_slug, comment_hash):
    thread = f"{redirect_links().event_page(event.slug)}/{quote(talk_slug, safe='')}#comments"
    try:
        talk = find_talk_by_slug(db.session, event.id, printable_or_not_found(talk_slug))
    except NotFound:
        # The page of the talk knows its former slugs.
        return redirect(thread)
    return _redirect_to_report(TalkComment, TalkComment.talk_id == talk.id, comment_hash, thread)


def _redirect_to_report(model, of_subject, mark, thread):
    """Redirect to the form of the report, or to all comments if the mark is that of none or of several."""
    ids = list_shown_comment_ids(db.session, model, of_subject) if current_app.config["OLD_API_BASE"] else []
    found = [comment_id for comment_id in ids if _address_hash(model, comment_id) == mark]
    if len(found) != 1:
        return redirect(thread)
    kind = "talk" if model is TalkComment else "event"
    return redirect(f"{redirect_links().website}/comments/{kind}/{found[0]}/report")


def _address_hash(model, comment_id):
    address = f"{current_app.config['OLD_API_BASE']}/v2.1/{COLLECTIONS[model]}/{comment_id}"
    return hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()[:MARK_LENGTH]
