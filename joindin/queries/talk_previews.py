"""Talks that are not public, for those who may see them: hidden talks, and talks of events that are not public."""

from sqlalchemy import bindparam, exists, false, select

from joindin.errors import NotFound
from joindin.models import Event, EventHost, Talk
from joindin.permissions import can_see_hidden_talks
from joindin.queries.talks import find_talk_by_slug, find_talk_by_stub, find_talk_unloaded, load_talk
from joindin.viewer import UserSnapshot, Viewer

_IS_HOST = exists().where(EventHost.event_id == Event.id, EventHost.user_id == bindparam("user_id"))
_KEY = (
    select(Talk.id.label("talk_id"), Event.id, Event.is_private, _IS_HOST.label("is_host"))
    .join(Talk.event)
    .where(Event.is_series == false())
)


def find_talk_or_preview(session, talk_id: int, user: UserSnapshot | None) -> Talk:
    """Return the visible talk as :func:`find_talk_unloaded`, or a preview of it.

    A preview is the talk in any state, loaded as by :func:`find_talk`, if ``user`` may see the hidden talks of its event.
    It costs one more statement if there is no such talk, the same if the user may not see it, and none for visitors.

    :raises NotFound: if there is neither.
    """
    return _find_or_preview(lambda: find_talk_unloaded(session, talk_id), session, user, Talk.id == talk_id)


def find_talk_by_stub_or_preview(session, stub: str, user: UserSnapshot | None) -> Talk:
    """Return the visible talk as :func:`find_talk_by_stub`, or a preview as :func:`find_talk_or_preview`."""
    return _find_or_preview(lambda: find_talk_by_stub(session, stub), session, user, Talk.stub == stub)


def find_talk_by_slug_or_preview(session, event_id: int, slug: str, user: UserSnapshot | None) -> Talk:
    """Return the talk as :func:`find_talk_by_slug`, or a preview as :func:`find_talk_or_preview`."""
    conditions = Talk.event_id == event_id, Talk.slug == slug
    return _find_or_preview(lambda: find_talk_by_slug(session, event_id, slug), session, user, *conditions)


def get_talk_preview_by_slug(session, event_id: int, slug: str, user: UserSnapshot | None) -> Talk | None:
    """Return the preview of the talk with that slug; None if the user may see none."""
    return _get_preview(session, user, Talk.event_id == event_id, Talk.slug == slug)


def _find_or_preview(find, session, user, *conditions):
    try:
        return find()
    except NotFound:
        if (talk := _get_preview(session, user, *conditions)) is None:
            raise
        return talk


def _get_preview(session, user, *conditions):
    key = user and session.execute(_KEY.where(*conditions), {"user_id": user.id}).first()
    if key is None:
        return None
    viewer = Viewer(user, hosting=frozenset([key.id] if key.is_host else ()))
    return load_talk(session, Talk.id == key.talk_id) if can_see_hidden_talks(viewer, key) else None
