"""Copies of events: the occurrences of a series, and the second half of a divided one."""

from sqlalchemy import literal, select

from joindin.models import Event, EventContact, EventHost, EventSettings, event_tags
from joindin.operations.agenda.flyers import copy_event_flyer
from joindin.operations.agenda.venue_plans import copy_venue_plan
from joindin.operations.unique_slugs import insert_with_agenda_slug

# Columns that a copy has from its source, in groups that change together. Times, state and slug are those of the copy.
COPIED_COLUMNS = (
    ("name",),
    ("description", "description_html"),
    ("location", "latitude", "longitude", "place_id"),
    ("online_locations",),
    ("timezone",),
    ("href",),
    ("hashtag",),
    ("contact_name",),
    ("is_multidate",),
)
# Tables whose rows are copied, with the column beside the event's id.
COPIED_TABLES = ((EventHost.__table__, "user_id"), (EventContact.__table__, "user_id"), (event_tags, "tag_id"))
# Of the settings, those that describe the event.
COPIED_SETTINGS = ("kind", "licence", "capacity", "contact_address", "spoken_language")


def copy_event(session, source: Event, **columns) -> Event:
    """Store a live event with everything that ``source`` shows, apart from its times, and return it.

    Hosts, owner, tags and the settings that describe the event are copied, and the files of flyer and venue plan are shared. The
    slug is made from the title. The caller holds the lock of the source.
    """
    copied = {name: getattr(source, name) for group in COPIED_COLUMNS for name in group}
    event = Event(
        **copied,
        is_end_known=source.is_end_known,
        is_private=source.is_private,
        is_active=True,
        is_pending=None,
        **columns,
    )
    insert_with_agenda_slug(session, event)
    for table, column in COPIED_TABLES:
        rows = select(literal(event.id), table.c[column]).where(table.c.event_id == source.id)
        session.execute(table.insert().from_select(["event_id", column], rows.order_by(*table.primary_key)))
    _copy_settings(session, source, event)
    copy_event_flyer(session, source, event)
    copy_venue_plan(session, source, event)
    return event


def _copy_settings(session, source, event):
    settings = EventSettings.__table__
    columns = [settings.c[name] for name in COPIED_SETTINGS]
    rows = select(literal(event.id), *columns).where(settings.c.event_id == source.id)
    session.execute(settings.insert().from_select(["event_id", *COPIED_SETTINGS], rows))
