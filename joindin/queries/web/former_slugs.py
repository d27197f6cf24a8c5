"""Talks by the slugs that they had."""

from joindin.models import Talk, TalkSlug
from joindin.queries.talk_previews import find_talk_or_preview
from joindin.viewer import UserSnapshot


def get_former_talk_slug(session, event_id: int, slug: str) -> TalkSlug | None:
    """Return the former slug; None if no talk of the event had it."""
    return session.get(TalkSlug, (event_id, slug))


def find_talk_of_former_slug(session, former: TalkSlug, user: UserSnapshot | None) -> Talk:
    """Return the talk that had the slug; :raises NotFound: as :func:`find_talk_or_preview`."""
    return find_talk_or_preview(session, former.talk_id or 0, user)
