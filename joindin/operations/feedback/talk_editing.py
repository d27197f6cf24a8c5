"""Speakers' changes of their talk: title, abstract, language, level, links, recording and feedback, in one step."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy import delete

from joindin.errors import Conflict, InvalidInput
from joindin.models import LINK_TYPES, Talk, TalkLink
from joindin.operations.organiser.talk_audit import logged_edit
from joindin.operations.talk_links import MAX_LINKS
from joindin.operations.talks import TalkDetails, lock_talk, replace_details
from joindin.queries.talks import list_talk_links
from joindin.viewer import UserSnapshot

MSG_CHANGED = "The talk was changed meanwhile"


def content_version(talk: Talk, links: Sequence[TalkLink]) -> str:
    """Return a token of what the form edits. Stars and ratings do not change it."""
    marks = (talk.language_id, talk.level, talk.has_feedback, talk.has_recording_opt_out)
    values = [*map(str, marks), talk.slides_url or ""]
    fields = [talk.title, talk.description, *values, *(f"{link.type} {link.url}" for link in links)]
    return hashlib.sha256("\0".join(fields).encode()).hexdigest()[:16]


def edit_talk_content(
    session,
    talk_id: int,
    *,
    title: str,
    description: str,
    language_id: int,
    level: str | None,
    links: Sequence[tuple[str, str]],
    has_feedback: bool,
    has_recording_opt_out: bool,
    version: str,
    actor: UserSnapshot,
    now: dt.datetime,
) -> None:
    """Store the contents of a talk, if they are still those of ``version``.

    ``links`` replace all earlier ones and the URL of the slides in a field of the talk, which old data have.

    :raises Conflict: if the contents were changed since the form was loaded.
    :raises InvalidInput: if a link has an unknown type, or there are too many.
    :raises NotFound: if the talk was deleted since it was loaded.
    """
    talk = lock_talk(session, talk_id)
    stored = list_talk_links(session, talk_id)
    if content_version(talk, stored) != version:
        raise Conflict(MSG_CHANGED)
    if len(links) > MAX_LINKS or any(type_ not in LINK_TYPES for type_, _ in links):
        raise InvalidInput(f"A talk must not have more than {MAX_LINKS} links")
    kept = {name: getattr(talk, name) for name in ("type_id", "starts_at", "duration")}
    details = TalkDetails(title=title, description=description, language_id=language_id, **kept)
    with logged_edit(session, talk, actor=actor):
        replace_details(session, talk, details, now=now)
        talk.level, talk.has_feedback, talk.has_recording_opt_out = level, has_feedback, has_recording_opt_out
        if [(link.type, link.url) for link in stored] != list(links):
            session.execute(
                delete(TalkLink).where(TalkLink.talk_id == talk_id).execution_options(synchronize_session=False)
            )
            session.add_all([TalkLink(talk_id=talk_id, type=type_, url=url) for type_, url in links])
