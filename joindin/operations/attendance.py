"""Saying that one goes, and that one does not."""

from sqlalchemy import Integer, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from joindin.database import insert_or_ignore
from joindin.models import Attendance, Event
from joindin.reading import Prepared
from joindin.writing import Writer

THESE = {"event_id": bindparam("for_event", type_=Integer), "user_id": bindparam("for_user", type_=Integer)}


def attend(session, event_id: int, user_id: int) -> bool:
    """Mark somebody as attending; whether that is news."""
    is_new = insert_or_ignore(session, Attendance, event_id=event_id, user_id=user_id)
    if is_new:
        _count(session, event_id, +1)
    return is_new


def unattend(session, event_id: int, user_id: int) -> bool:
    """Take the mark back; whether there was one."""
    gone = session.execute(
        delete(Attendance).where(Attendance.event_id == event_id, Attendance.user_id == user_id)
    ).rowcount
    if gone:
        _count(session, event_id, -1)
    return bool(gone)


def attend_at_once(writer: Writer, event_id: int, user_id: int) -> bool:
    """As :func:`attend`, and committed: what many do at the same time has to be short."""
    return _write(writer, _ADDING, event_id, user_id)


def unattend_at_once(writer: Writer, event_id: int, user_id: int) -> bool:
    """As :func:`unattend`, and committed."""
    return _write(writer, _REMOVING, event_id, user_id)


def _count(session, event_id, change):
    session.execute(_counting(Event.id == event_id, change).execution_options(synchronize_session=False))


def _counting(condition, change):
    counted = {"attendee_count": Event.attendee_count + change, "version": Event.version + 1}
    return update(Event).where(condition).values(counted)


def _write(writer, steps, event_id, user_id):
    steps = steps["as one" if writer.has_data_changing_ctes else "step by step"]
    return writer.write(*steps, values={"for_event": event_id, "for_user": user_id})


def _steps(in_one, alone, change):
    """The change and the counting of it: two statements, or one where the second may see what the first did."""
    changed = in_one.returning(Attendance.event_id).cte("changed")
    together = _counting(Event.id == select(changed.c.event_id).scalar_subquery(), change)
    return {
        "as one": (Prepared(together),),
        "step by step": (Prepared(alone), Prepared(_counting(Event.id == THESE["event_id"], change))),
    }


_table = Attendance.__table__
_gone = delete(_table).where(*[_table.c[name] == value for name, value in THESE.items()])
_ADDING = _steps(
    postgresql.insert(_table).values(THESE).on_conflict_do_nothing(),
    sqlite.insert(_table).values(THESE).on_conflict_do_nothing(),
    +1,
)
_REMOVING = _steps(_gone, _gone, -1)
