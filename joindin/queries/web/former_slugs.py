"""Talks by the slugs that they had."""

from joindin.models import Talk, TalkSlug
from joindin.queries.talks import find_talk_unloaded


def get_former_talk_slug(session, event_id: int, slug: str) -> TalkSlug | None:
    """Return the former slug; None if no talk of the event had it."""
    return session.get(TalkSlug, (event_id, slug))


def find_talk_of_former_slug(session, former: TalkSlug) -> Talk:
    """Return the visible talk that had the slug; :raises NotFound: if there is none."""
    return find_talk_unloaded(session, former.talk_id or 0)
