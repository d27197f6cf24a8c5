"""Creation and update of events from listings.

The first import of a listing creates an approved event without a host and sends no mail. Later imports compare fingerprints per
group of fields and write changed groups only. A group that was edited here is kept; the other groups are updated from the listing.
State, slug and stub are never changed again.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from random import randint

from sqlalchemy import func, insert, select

from joindin.db.locking import begin_write
from joindin.db.upserts import insert_or_ignore
from joindin.imports.conferences.listing import Listing, fold_for_identity
from joindin.models import Event, EventSource, Tag, event_tags
from joindin.models.agenda.call_times import CallTimes, find_former_end
from joindin.operations.events import tag_event, tag_row
from joindin.operations.unique_slugs import event_slugs
from joindin.utils.datetimes import UTC, day_number, get_timezone
from joindin.utils.text import fold_case, fold_case_accents, slugify

# The fields of a listing in groups that change together: an edit of one field keeps the whole group.
FIELD_GROUPS = {
    "name": ("name",),
    "description": ("description",),
    "place": ("location", "latitude", "longitude"),
    "time": ("starts_at", "ends_at", "timezone"),
    "href": ("href",),
    "hashtag": ("hashtag",),
    "cfp": ("cfp_url", "cfp_starts_at", "cfp_ends_at"),
}
TAGS = "tags"

MAX_SLUG_LENGTH, MAX_STUB_LENGTH = 255, 30


def store_listings(
    session,
    listings: Sequence[Listing],
    *,
    source: str,
    now: dt.datetime,
    files: Collection[str] = (),
    old_keys: Mapping[str, str] | None = None,
) -> list[str]:
    """Create or update the events of listings. Return the outcome of each listing, in order.

    Outcomes are ``created``, ``updated``, ``unchanged``, and ``kept`` if every changed group was edited here. ``files`` are the files
    read now; tags from other files are kept. ``old_keys`` are the earlier keys of listings (``match_rescheduled_listings``). Keys are
    unique in ``listings``. A concurrent import of the same listing raises ``IntegrityError``; the caller tries again.
    """
    begin_write(session)
    imported = _find_imported(session, source, listings, old_keys or {})
    new = [listing for listing in listings if listing.key not in imported]
    _create_events(session, source, new, now)
    outcomes = _update_events(
        session, [listing for listing in listings if listing.key in imported], imported, set(files), now
    )
    session.flush()
    return [outcomes.get(listing.key, "created") for listing in listings]


def _find_imported(session, source, listings, old_keys):
    keys = {listing.key for listing in listings}
    searched_keys = keys | {old_keys[key] for key in keys if key in old_keys}
    rows = session.scalars(
        select(EventSource)
        .where(EventSource.source == source, EventSource.source_key.in_(searched_keys))
        .order_by(EventSource.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_key = {row.source_key: row for row in rows}
    found = {key: by_key.get(key) or by_key.get(old_keys.get(key)) for key in keys}
    return {key: row for key, row in found.items() if row is not None}


def _create_events(session, source, listings, now):
    if not listings:
        return
    tag_ids = _tag_ids(session, {tag for listing in listings for tag in _tags(listing.files, listing.tags)})
    rows = [_event_row(listing, now) for listing in listings]
    _assign_names(session, rows)
    session.execute(insert(Event.__table__), rows)
    slugs = [row["slug"] for row in rows]
    ids = dict(session.execute(select(Event.slug, Event.id).where(Event.slug.in_(slugs))).all())
    created = [(listing, ids[row["slug"]]) for listing, row in zip(listings, rows)]
    tagged = [
        {"event_id": event_id, "tag_id": tag_id}
        for listing, event_id in created
        for tag_id in sorted(tag_ids[fold_case(tag)] for tag in _tags(listing.files, listing.tags))
    ]
    if tagged:
        session.execute(insert(event_tags), tagged)
    session.execute(
        insert(EventSource.__table__),
        [
            {
                "event_id": event_id,
                "source": source,
                "source_key": listing.key,
                "traits": list(listing.traits),
                "files": dict(listing.files),
                "fingerprints": _fingerprints(listing.fields, _tags(listing.files, listing.tags)),
                "imported_at": now,
            }
            for listing, event_id in created
        ],
    )


def _event_row(listing, now):
    """Return the columns of a new event. Derived columns are set here, because bulk inserts skip the model's validators."""
    return {
        **listing.fields,
        "name_key": fold_case_accents(listing.fields["name"]),
        "start_day": day_number(listing.fields["starts_at"]),
        "is_active": True,
        "is_pending": None,
        "submitted_at": now,
        "approved_at": now,
    }


def _update_events(session, listings, imported, files, now):
    outcomes, changed = {}, []
    for listing in listings:
        row = imported[listing.key]
        in_files = {file: tag for file, tag in row.files.items() if file not in files} | dict(listing.files)
        tags = _tags(in_files, listing.tags)
        fingerprints = _fingerprints(listing.fields, tags)
        row.source_key, row.traits, row.files = listing.key, list(listing.traits), in_files
        outcomes[listing.key] = "unchanged"
        if fingerprints != row.fingerprints:
            changed.append((listing, row, tags, fingerprints))
    events, current_tags = _load_events(session, [row.event_id for _listing, row, _tags, _fingerprints in changed])
    for listing, row, tags, fingerprints in changed:
        event = events[row.event_id]
        current = _fingerprints(vars(event), current_tags.get(event.id, ()))
        outdated = {group for group in fingerprints if fingerprints[group] != row.fingerprints.get(group)}
        edited = {group for group in outdated if current[group] != row.fingerprints.get(group, current[group])}
        _apply(session, event, listing, tags, outdated - edited)
        row.fingerprints, row.imported_at = fingerprints, now
        outcomes[listing.key] = "updated" if outdated - edited else "kept"
    return outcomes


def _load_events(session, event_ids):
    events = session.scalars(
        select(Event)
        .where(Event.id.in_(event_ids))
        .order_by(Event.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    tags = {}
    for event_id, name in session.execute(
        select(event_tags.c.event_id, Tag.name).join(Tag).where(event_tags.c.event_id.in_(event_ids))
    ):
        tags.setdefault(event_id, []).append(name)
    return {event.id: event for event in events}, tags


def _apply(session, event, listing, tags, groups):
    former_call = CallTimes.of(event)
    for group in groups - {TAGS}:
        for name in FIELD_GROUPS[group]:
            setattr(event, name, listing.fields[name])
    if "cfp" in groups:
        event.cfp_former_ends_at = find_former_end(event.cfp_former_ends_at, former_call, CallTimes.of(event))
    session.flush()
    if TAGS in groups:
        tag_event(session, event, tags)


def _tags(files, others):
    """Return the tags of an event, each once."""
    return list({fold_case(tag): tag for tag in [*sorted(set(files.values())), *others] if tag}.values())


def _tag_ids(session, names):
    rows = {fold_case(name): tag_row(name) for name in sorted(names)}
    existing = set(session.scalars(select(Tag.spelling_key).where(Tag.spelling_key.in_(list(rows)))))
    # A fixed order prevents deadlocks between two imports.
    for key in sorted(rows.keys() - existing):
        insert_or_ignore(session, Tag, **rows[key])
    return dict(session.execute(select(Tag.spelling_key, Tag.id).where(Tag.spelling_key.in_(list(rows)))).all())


def _fingerprints(fields, tags):
    values = {group: [_plain(fields[name]) for name in names] for group, names in FIELD_GROUPS.items()}
    values[TAGS] = sorted(map(fold_for_identity, tags))
    return {group: hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16] for group, value in values.items()}


def _plain(value):
    return value.astimezone(UTC).isoformat() if isinstance(value, dt.datetime) else value


def _assign_names(session, rows):
    """Set slug (spec 4.12) and stub of each row; all candidates are checked with one statement.

    A name that is taken before the insert makes the insert fail.
    """
    for column, candidates_of, max_length in (("slug", _slugs, MAX_SLUG_LENGTH), ("stub", _stubs, MAX_STUB_LENGTH)):
        candidates = [candidates_of(row) for row in rows]
        taken = _taken(session, column, {name for names in candidates for name in names})
        for row, names in zip(rows, candidates):
            row[column] = next((name for name in names if name not in taken), None) or _numbered_name(
                names[-1], taken, max_length
            )
            taken.add(row[column])


def _taken(session, column, names):
    stored = Event.slug if column == "slug" else func.lower(Event.stub)
    return set(session.scalars(select(stored).where(stored.in_(names))))


def _slugs(row):
    return event_slugs(row["name"], row["starts_at"], row["timezone"])


def _stubs(row):
    """Return stubs such as ``jsconf2024`` and those with longer dates. A year at the end of the name is removed first."""
    start = _local_start(row)
    plain = re.sub(r"[^0-9a-z]", "", slugify(row["name"])).removesuffix(f"{start:%Y}") or "event"
    dates = [f"{start:{date_format}}" for date_format in ("%Y", "%Y%m", "%Y%m%d")]
    return [f"{plain[: MAX_STUB_LENGTH - len(date)]}{date}" for date in dates]


def _local_start(row):
    return row["starts_at"].astimezone(get_timezone(row["timezone"]))


def _numbered_name(name, taken, max_length):
    while True:
        number = f"-{randint(1, 9999)}"
        numbered = f"{name[: max_length - len(number)]}{number}"
        if numbered not in taken:
            return numbered
