"""Comments as read-only records with their author, time zone and talk title (see ``event_records.py``)."""

from types import SimpleNamespace

from sqlalchemy import bindparam, select

from joindin.models import Event, EventComment, Talk, TalkComment, User
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched

# The rendered columns of the author, and the version that moves with them.
_AUTHOR = (User.username, User.full_name, User.email, User.is_active, User.version.label("user_version"))


def load_event_comment_records(reader, comment_ids) -> dict[int, SimpleNamespace]:
    """Return the comments by id, with everything that a representation reads: one statement a batch."""
    return {row.id: _record(row) for row in _rows(reader, EVENT_COMMENTS, comment_ids)}


def load_talk_comment_records(reader, comment_ids) -> dict[int, SimpleNamespace]:
    rows = _rows(reader, TALK_COMMENTS, comment_ids)
    return {row.id: _record(row, talk=SimpleNamespace(title=row.talk_title, stub=row.talk_stub)) for row in rows}


def _statement(model, *more):
    return (
        select(*model.__table__.c, *_AUTHOR, Event.timezone, *more)
        .join(Event, Event.id == model.event_id)
        .outerjoin(User, User.id == model.user_id)
        .where(model.id.in_(bindparam("ids", expanding=True)))
    )


EVENT_COMMENTS = CompiledStatement(_statement(EventComment))
TALK_COMMENTS = CompiledStatement(
    _statement(TalkComment, Talk.title.label("talk_title"), Talk.stub.label("talk_stub")).join(
        Talk, Talk.id == TalkComment.talk_id
    )
)


def _rows(reader, statement, comment_ids):
    for ids in batched(comment_ids):
        yield from reader.execute(statement, {"ids": ids})


def _record(row, **related):
    """Return the record. A hidden name is left out here, so that no representation can show it."""
    has_author = row.user_id and not getattr(row, "is_name_hidden", False)
    user = has_author and SimpleNamespace(
        id=row.user_id, username=row.username, full_name=row.full_name, email=row.email, is_active=row.is_active
    )
    return SimpleNamespace(**row._asdict(), user=user or None, event=SimpleNamespace(timezone=row.timezone), **related)
