"""Changes of a programme as visitors read them: the newest first, talks that were added together as one."""

from collections import defaultdict
from types import SimpleNamespace

from sqlalchemy import and_, bindparam, case, false, func, or_, select, true

from joindin.models import ProgrammeChange, Talk, TalkSpeaker, TalkStar
from joindin.models.agenda.programme_changes import NEW_TALK
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.paging import Page, Paging

# The titles of more talks that were added together are not listed.
MAX_LISTED = 10

_change, _talk = ProgrammeChange.__table__.c, Talk.__table__.c
_user_id = bindparam("user_id")
_key = case((_change.kind == NEW_TALK, func.coalesce(_change.batch_id, _change.id)), else_=_change.id).label("key")
_changed_at, _first_id = func.max(_change.changed_at).label("changed_at"), func.min(_change.id).label("id")
_OF_EVENT = _change.event_id == bindparam("event_id")
_OF_USER = or_(
    _change.talk_id.in_(select(TalkStar.talk_id).where(TalkStar.user_id == _user_id)),
    _change.talk_id.in_(
        select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == _user_id, TalkSpeaker.is_pending == false())
    ),
)


def _entries(*conditions):
    return CompiledStatement(
        select(
            _first_id, _key, _change.kind, func.count().label("number"), _changed_at, func.count().over().label("total")
        )
        .where(_OF_EVENT, *conditions)
        .group_by(_change.kind, _key)
        .order_by(_changed_at.desc(), _first_id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def _rows(*conditions):
    return CompiledStatement(
        select(*_change, _key, _talk.title, _talk.slug, _talk.stub)
        .select_from(
            ProgrammeChange.__table__.outerjoin(
                Talk.__table__, and_(_talk.id == _change.talk_id, _talk.is_active == true())
            )
        )
        .where(_OF_EVENT, _key.in_(bindparam("keys", expanding=True)), *conditions)
        .order_by(_change.id)
    )


# Of all changes, and of those of the talks of a user.
_ENTRIES = {False: _entries(), True: _entries(_OF_USER)}
_ROWS = {False: _rows(), True: _rows(_OF_USER)}


def list_changes(connection, event_id: int, paging: Paging, user_id: int | None = None) -> Page:
    """Return the changes of the programme of an event, whose access is checked: two statements.

    Each has ``id``, ``kind``, ``changed_at``, the ``number`` of talks, and the ``talks``: rows of ``ProgrammeChange``, with
    ``title``, ``slug`` and ``stub``, which are None if the talk is not visible. Of more than ``MAX_LISTED`` talks the list is
    empty. With ``user_id``, only talks count that the user has starred or speaks in.
    """
    is_own, params = user_id is not None, {"event_id": event_id}
    if is_own:
        params["user_id"] = user_id
    entries = connection.execute(_ENTRIES[is_own], params | {"limit": paging.limit, "offset": paging.offset}).all()
    keys = [entry.key for entry in entries if entry.number <= MAX_LISTED]
    talks = defaultdict(list)
    for row in connection.execute(_ROWS[is_own], params | {"keys": keys}).all() if keys else ():
        talks[row.kind, row.key].append(row)
    items = [
        SimpleNamespace(
            id=entry.id,
            kind=entry.kind,
            number=entry.number,
            changed_at=entry.changed_at,
            talks=talks.get((entry.kind, entry.key), []) if entry.number <= MAX_LISTED else [],
        )
        for entry in entries
    ]
    return Page(items, entries[0].total if entries else 0, paging)
