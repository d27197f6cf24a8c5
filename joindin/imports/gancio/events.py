"""Import of events with their places, owners, tags and series. The mapping of columns is in ``map_events.py``."""

from sqlalchemy import bindparam, select, update

from joindin.db.upserts import insert_missing
from joindin.imports.bulk_rows import find_rows, insert_new, is_among
from joindin.imports.gancio.addresses import set_slugs, store_aliases
from joindin.imports.gancio.map_events import map_event
from joindin.imports.gancio.mappings import find_present_ids, find_row_ids
from joindin.imports.gancio.people import USERS
from joindin.imports.gancio.places_and_tags import PLACES, find_tag_ids
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.sources import EVENTS
from joindin.models import Event, EventContact, EventHost, EventSeries, Place, Tag, User, event_tags
from joindin.operations.agenda.places import place_text
from joindin.operations.events import tag_row
from joindin.utils.datetimes import get_timezone
from joindin.utils.recurrence.gancio import rule_from_gancio
from joindin.utils.recurrence.rules import to_local
from joindin.utils.text import fold_case


def split_series(records: list[Record]) -> list[list[Record]]:
    """Put occurrences after the parents of their batch."""
    return [
        [record for record in records if record.columns["parent_id"] is None],
        [record for record in records if record.columns["parent_id"] is not None],
    ]


def resolve_references(context: ImportContext, records: list[Record]) -> list[Record]:
    """Set the ids of place, parent and owner, and the columns that depend on them."""
    places = _load_places(context, records)
    parents = find_present_ids(context, EVENTS, Event, [record.columns["parent_id"] for record in records])
    owners = _load_owners(context, records)
    for record in records:
        _set_place(record, places)
        _set_parent(record, parents)
        _set_owner(record, owners)
    return records


def prepare_events(context: ImportContext, records: list[Record]) -> None:
    _separate_occurrences(context, records)
    set_slugs(context, records)


def load_extras(context: ImportContext, event_ids: list[int]) -> dict[int, dict]:
    """Return tags, recurrence and owner of events."""
    session = context.session
    extras = {event_id: {"tags": [], "recurrence": None, "owner_id": None} for event_id in event_ids}
    tags = select(event_tags.c.event_id, Tag.name).join(Tag).where(is_among(session, event_tags.c.event_id, event_ids))
    for event_id, name in session.execute(tags):
        extras[event_id]["tags"].append(fold_case(name))
    for name, column in (("recurrence", EventSeries.recurrence), ("owner_id", EventContact.user_id)):
        event_id_column = column.class_.event_id
        statement = select(event_id_column, column).where(is_among(session, event_id_column, event_ids))
        for event_id, value in session.execute(statement):
            extras[event_id][name] = value
    for values in extras.values():
        values["tags"].sort()
    return extras


def write_extras(context: ImportContext, records: list[Record]) -> None:
    """Store tags, series and owners: of new events, or those that have changed."""
    _write_tags(context, [record for record in records if record.is_changed("tags")])
    _write_series(context, [record for record in records if record.is_changed("recurrence")])
    _write_owners(context, [record for record in records if record.is_changed("owner_id")])
    store_aliases(context, records)
    _restore_revision_times(context, [record for record in records if record.origin is None])


def _write_tags(context, records):
    session = context.session
    rows = {}
    for record in records:
        for tag in record.extras["tag_names"]:
            rows.setdefault(fold_case(tag), tag_row(tag))
    insert_missing(session, Tag, "spelling_key", list(rows.values()))
    ids = find_tag_ids(context, rows)
    _delete_former(session, event_tags, records)
    pairs = [
        {"event_id": record.row_id, "tag_id": ids[fold_case(tag)]}
        for record in records
        for tag in record.extras["tag_names"]
    ]
    insert_new(session, event_tags, pairs)


def _write_series(context, records):
    _delete_former(context.session, EventSeries.__table__, records)
    rows = [_series_row(record) for record in records if record.extras["recurrence"] is not None]
    insert_new(context.session, EventSeries.__table__, rows)


def _write_owners(context, records):
    """Make the author the contact and a host, in place of the former one."""
    session = context.session
    former = select(EventContact.user_id).where(EventContact.event_id == EventHost.event_id).scalar_subquery()
    _delete_former(session, EventHost.__table__, records, EventHost.user_id == former)
    _delete_former(session, EventContact.__table__, records)
    rows = [
        {"event_id": record.row_id, "user_id": record.extras["owner_id"]}
        for record in records
        if record.extras["owner_id"] is not None
    ]
    for model in (EventContact, EventHost):
        insert_new(session, model.__table__, rows)


def _restore_revision_times(context, records):
    """Give new events the time of their last change in the source. Triggers have moved it with the rows of other tables."""
    events = Event.__table__
    statement = update(events).where(events.c.id == bindparam("event")).values(revised_at=bindparam("at"))
    if records:
        context.session.connection().execute(
            statement, [{"event": record.row_id, "at": record.columns["revised_at"]} for record in records]
        )


def _delete_former(session, table, records, *conditions):
    ids = [record.row_id for record in records if record.origin is not None]
    if ids:
        session.execute(table.delete().where(is_among(session, table.c.event_id, ids), *conditions))


def _series_row(record):
    recurrence = record.extras["recurrence"]
    start = to_local(record.columns["starts_at"], get_timezone(record.columns["timezone"]))
    rule = rule_from_gancio(recurrence, start)
    return {
        "event_id": record.row_id,
        "rrule": str(rule) if rule else None,
        "recurrence": recurrence,
        "excluded_starts": [],
    }


def _load_places(context, records):
    ids = find_row_ids(context, PLACES, [record.columns["place_id"] for record in records])
    columns = ("name", "address", "latitude", "longitude")
    rows = find_rows(context.session, Place.__table__, list(set(ids.values())), columns)
    return {key: Place(**rows[id_]) for key, id_ in ids.items() if id_ in rows}


def _load_owners(context, records):
    ids = find_row_ids(context, USERS, [record.extras["owner_id"] for record in records])
    rows = find_rows(context.session, User.__table__, list(set(ids.values())), ("full_name",))
    return {key: rows[id_] for key, id_ in ids.items() if id_ in rows}


def _set_place(record, places):
    key = record.columns["place_id"]
    place = places.get(key)
    record.columns |= {
        "place_id": place and place.id,
        "location": place_text(place) if place else "",
        "latitude": place and place.latitude,
        "longitude": place and place.longitude,
    }
    if place is None:
        record.repairs.append("it has no place" if key is None else f"its place {key} is not there")


def _set_parent(record, parents):
    key = record.columns["parent_id"]
    record.columns["parent_id"] = parents.get(key)
    record.columns["occurrence_at"] = record.columns["starts_at"] if key in parents else None
    if key is not None and key not in parents:
        record.repairs.append(f"its series {key} is not there: it is an event of its own")


def _set_owner(record, owners):
    key = record.extras["owner_id"]
    owner = owners.get(key)
    record.extras["owner_id"] = owner and owner["id"]
    record.columns["contact_name"] = owner and owner["full_name"]
    if key is not None and owner is None:
        record.repairs.append(f"its author {key} is not there")


def _separate_occurrences(context, records):
    """Take a second occurrence with the same start out of its series: a date of a series exists once."""
    dated = [record for record in records if record.columns["parent_id"] is not None]
    if not dated:
        return
    parent_ids = {record.columns["parent_id"] for record in dated}
    statement = select(Event.parent_id, Event.occurrence_at).where(
        is_among(context.session, Event.parent_id, parent_ids)
    )
    taken = {tuple(row) for row in context.session.execute(statement)}
    for record in dated:
        date = record.columns["parent_id"], record.columns["occurrence_at"]
        if date in taken:
            record.columns |= {"parent_id": None, "occurrence_at": None}
            record.repairs.append("its series has this date twice: it is an event of its own")
        taken.add(date)


EVENT_IMPORT = TableImport(
    EVENTS,
    Event,
    map_event,
    groups={
        "name": ("name", "name_key"),
        "description": ("description", "description_html"),
        "time": ("starts_at", "ends_at", "start_day", "is_end_known", "is_multidate", "timezone"),
        "place": ("place_id", "location", "latitude", "longitude"),
        "online": ("online_locations",),
        "state": ("is_active", "is_pending"),
        "recurrence": ("is_series", "recurrence"),
        "parent": ("parent_id",),
        "owner": ("owner_id", "contact_name"),
        "tags": ("tags",),
    },
    resolve=resolve_references,
    split=split_series,
    prepare_new=prepare_events,
    load_extras=load_extras,
    write_extras=write_extras,
)
