"""Events as read-only records with their tags, images and hosts, at a fifth of the cost of ORM objects."""

from collections import defaultdict
from types import SimpleNamespace

from sqlalchemy import bindparam, select, true

from joindin.errors import NotFound
from joindin.models import Event, EventHost, EventImage, EventSettings, EventVenuePlan, Tag, User, event_tags
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.event_settings import FEEDBACK_ACCESS

EVENTS = CompiledStatement(
    select(*Event.__table__.c, FEEDBACK_ACCESS).where(Event.id.in_(bindparam("ids", expanding=True)))
)
# With the columns of its page that other tables have.
_WITH_DETAILS = (
    select(
        *Event.__table__.c,
        EventSettings.feedback_access,
        EventSettings.language.label("page_language"),
        EventSettings.licence,
        EventSettings.kind,
        EventSettings.capacity,
        EventSettings.contact_address,
        EventSettings.spoken_language,
        EventVenuePlan.file.label("plan_file"),
        EventVenuePlan.width.label("plan_width"),
        EventVenuePlan.height.label("plan_height"),
        EventVenuePlan.alt_text.label("plan_alt_text"),
    )
    .select_from(Event)
    .outerjoin(EventSettings, EventSettings.event_id == Event.id)
    .outerjoin(EventVenuePlan, EventVenuePlan.event_id == Event.id)
)
_BY_ID = CompiledStatement(_WITH_DETAILS.where(Event.id == bindparam("id")))
_VISIBLE_BY_SLUG = CompiledStatement(_WITH_DETAILS.where(Event.slug == bindparam("slug"), Event.is_visible == true()))
TAGS = CompiledStatement(
    select(event_tags.c.event_id, Tag.name)
    .join(Tag, Tag.id == event_tags.c.tag_id)
    .where(event_tags.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(event_tags.c.id)
)
IMAGES = CompiledStatement(
    select(EventImage.event_id, EventImage.size, EventImage.file, EventImage.url, EventImage.width, EventImage.height)
    .where(EventImage.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(EventImage.id)
)
HOSTS = CompiledStatement(
    select(EventHost.event_id, EventHost.user_id, User.username, User.full_name, User.is_active)
    .join(User, User.id == EventHost.user_id)
    .where(EventHost.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(EventHost.id)
)


def find_event_record_by_slug(reader, slug: str) -> SimpleNamespace:
    """Return the visible event with that slug, as :func:`get_event_record`; :raises NotFound: if there is none."""
    return _find(reader, _VISIBLE_BY_SLUG, {"slug": slug})


def get_event_record(reader, event_id: int) -> SimpleNamespace:
    """Return an event in any state as :func:`load_event_records`, with the settings and the venue plan of its page.

    The attributes of the plan, ``plan_file`` and others, are None without one.

    :raises NotFound: if there is none.
    """
    return _find(reader, _BY_ID, {"id": event_id})


def get_event_row(connection, event_id: int):
    """Return the row of an event in any state, without relations; :raises NotFound: if there is none."""
    row = connection.execute(EVENTS, {"ids": [event_id]}).first()
    if row is None:
        raise NotFound("Event not found")
    return row


def load_event_records(reader, event_ids, *, with_hosts: bool) -> dict[int, SimpleNamespace]:
    """Return the events by id, with everything that a representation reads.

    Executes three statements a batch, four with hosts. The events are read before their children. The children may
    then be newer than the version of the event, never older, and no outdated fragment is cached under a new version.
    """
    return {event.id: event for ids in batched(event_ids) for event in _load_batch(reader, ids, with_hosts)}


def _find(reader, statement, params):
    events = reader.execute(statement, params).all()
    if not events:
        raise NotFound("Event not found")
    return _records(reader, events, with_hosts=True)[0]


def _load_batch(reader, ids, with_hosts):
    return _records(reader, reader.execute(EVENTS, {"ids": ids}).all(), with_hosts)


def _records(reader, events, with_hosts):
    params = {"ids": [event.id for event in events]}
    tags, images = _by_event(reader, TAGS, params), _by_event(reader, IMAGES, params)
    hosts = _by_event(reader, HOSTS, params) if with_hosts else {}
    return [
        SimpleNamespace(
            **event._asdict(),
            tags=tags.get(event.id, ()),
            images=images.get(event.id, ()),
            hosts=[SimpleNamespace(user_id=host.user_id, user=host) for host in hosts.get(event.id, ())],
        )
        for event in events
    ]


def _by_event(reader, statement, params):
    rows = defaultdict(list)
    for row in reader.execute(statement, params):
        rows[row.event_id].append(row)
    return rows
