"""Renaming, merging and deletion of tags. Events with the tag follow."""

from sqlalchemy import delete, insert, select

from joindin.db.locking import lock_table, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import Tag, User, event_tags
from joindin.operations.audit import log_action
from joindin.utils.text import fold_case
from joindin.viewer import UserSnapshot

MAX_NAME_LENGTH = 200
MSG_IN_USE = "The tag is in use at the moment. Please try again"


def rename_tag(session, name: str, new_name: str, *, actor: User | UserSnapshot | None) -> None:
    """Rename a tag. If another one has the new name, without regard to case, the two become that one.

    :raises InvalidInput: if there is no such tag, or the new name is empty.
    :raises Conflict: if the tag is in use by too many requests.
    """

    def work():
        tag = _lock_tag(session, name)
        if tag is None or not fold_case(new_name):
            raise InvalidInput("Bad Request")
        other = _find_tag(session, new_name)
        log_action(session, "tag.rename", tag, actor=actor, changes={"name": [name, new_name]})
        if other is None or other.id == tag.id:
            tag.name = new_name
            session.flush()
        else:
            _copy_to_events(session, tag.id, other.id)
            _delete_tag(session, tag)

    retry_on_lock_timeout(session, work, message=MSG_IN_USE)


def delete_tag(session, name: str, *, actor: User | UserSnapshot | None) -> None:
    """Delete a tag, also from its events.

    :raises NotFound: if there is none.
    :raises Conflict: if the tag is in use by too many requests.
    """

    def work():
        tag = _lock_tag(session, name)
        if tag is None:
            raise NotFound("Not Found")
        log_action(session, "tag.delete", tag, actor=actor)
        _delete_tag(session, tag)

    retry_on_lock_timeout(session, work, message=MSG_IN_USE)


def _lock_tag(session, name):
    """Lock all tags, so that no event gets the tag meanwhile, and return the one of that very spelling."""
    lock_table(session, Tag)
    lock_table(session, event_tags)
    tag = _find_tag(session, name)
    return tag if tag is not None and tag.name == name else None


def _find_tag(session, name):
    named = select(Tag).where(Tag.spelling_key == fold_case(name))
    return session.scalar(named.execution_options(populate_existing=True))


def _copy_to_events(session, tag_id, other_id):
    """Give the events of a tag the other one, unless they have it. Triggers follow inserts, not updates."""
    has_other = select(event_tags.c.event_id).where(event_tags.c.tag_id == other_id)
    events = select(event_tags.c.event_id, Tag.id).join(Tag, Tag.id == other_id)
    events = events.where(event_tags.c.tag_id == tag_id, event_tags.c.event_id.not_in(has_other))
    session.execute(insert(event_tags).from_select(["event_id", "tag_id"], events))


def _delete_tag(session, tag):
    session.execute(delete(event_tags).where(event_tags.c.tag_id == tag.id))
    session.execute(delete(Tag).where(Tag.id == tag.id).execution_options(synchronize_session=False))
    session.expunge(tag)
