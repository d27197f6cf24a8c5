"""Unique names of imported rows: usernames, e-mail addresses, slugs, stubs, tags, languages and talk types.

``resolve_…_conflicts`` splits records into those whose names are free and those that wait. ``apply_…_renames`` gives the waiting
records new names. ``merge_…`` maps rows with the same name to one row.
"""

import secrets
from random import randint

from sqlalchemy import String, func, select

from joindin.imports.bulk_rows import is_among
from joindin.imports.joindin.map_people import email_and_key, username_and_key
from joindin.imports.joindin.progress import store_values
from joindin.imports.report import MERGED
from joindin.models import Event, Language, Tag, Talk, TalkType, User
from joindin.operations.unique_slugs import event_slugs, talk_slugs
from joindin.utils.text import fold_case_accents

_lower_stubs = func.lower(Event.stub, type_=String)

MAX_BASE_LENGTH = 80


def resolve_user_conflicts(context, _move, records):
    names = _owners(context.session, User.username_key, [record.columns["username_key"] for record in records])
    mails = _owners(context.session, User.email_key, [record.columns["email_key"] for record in records])
    return _split(records, (names, "username_key", True), (mails, "email_key", False))


def apply_user_renames(context, records):
    """Give users with a taken username a suffix with their id. A user with a taken e-mail address loses the address."""
    mails = _owners(context.session, User.email_key, [record.columns["email_key"] for record in records])
    for record in records:
        mail = record.columns["email_key"]
        if mail is not None and mails.setdefault(mail, record.id) != record.id:
            record.repairs.append(f"the address {record.columns['email']} is that of user {mails[mail]}")
            record.columns |= email_and_key(None)
    bases = {record.id: (record.columns["username"] or "user")[:MAX_BASE_LENGTH] for record in records}
    candidates = {
        record.id: [record.columns["username"], *_numbered(bases[record.id], record.id)] for record in records
    }
    keys = [fold_case_accents(name) for names in candidates.values() for name in names]
    owners = _owners(context.session, User.username_key, [key for key in keys if key])
    for record in records:
        old = record.columns["username"]
        new = _first_free(candidates[record.id], owners, record.id, fold_case_accents)
        if new != old:
            record.columns |= username_and_key(new)
            record.repairs.append(f"the username {old!r} cannot be used: it is {new!r} now")


def resolve_event_conflicts(context, _move, records):
    slugs = _owners(context.session, Event.slug, [record.columns["slug"] for record in records])
    stubs = _owners(context.session, _lower_stubs, [_lower_stub(record) for record in records], Event.id)
    return _split(records, (slugs, "slug", True), (stubs, _lower_stub, False))


def apply_event_renames(context, records):
    """Generate slugs by the contract's rule (spec 4.12). An event with a taken stub loses the stub."""
    stubs = _owners(context.session, _lower_stubs, [_lower_stub(record) for record in records], Event.id)
    candidates = {record.id: [record.columns["slug"], *_dated_slugs(record)] for record in records}
    slugs = _owners(context.session, Event.slug, [each for names in candidates.values() for each in names])
    for record in records:
        old, stub = record.columns["slug"], record.columns["stub"]
        record.columns["slug"] = new = _first_free(candidates[record.id], slugs, record.id)
        if old is not None and new != old:
            record.repairs.append(f"the slug {old!r} is taken: it is {new!r} now")
        if stub is not None and stubs.setdefault(stub.lower(), record.id) != record.id:
            record.columns["stub"] = None
            record.repairs.append(f"the stub {stub!r} is that of event {stubs[stub.lower()]}")


def resolve_talk_conflicts(context, _move, records):
    stubs = _owners(context.session, Talk.stub, [record.columns["stub"] for record in records])
    slugs = _talk_slug_owners(context.session, records, [record.columns["slug"] for record in records])
    return _split(records, (slugs, _slug_in_event, True), (stubs, "stub", True))


def apply_talk_renames(context, records):
    candidates = {
        record.id: [record.columns["slug"], *_numbered(_plain_slug(record), record.id, plain=True)]
        for record in records
    }
    slugs = _talk_slug_owners(context.session, records, [each for names in candidates.values() for each in names])
    stubs = _owners(context.session, Talk.stub, [record.columns["stub"] for record in records])
    for record in records:
        event_id, old = record.columns["event_id"], record.columns["slug"]
        event_slugs = {name: slugs.get((event_id, name), record.id) for name in candidates[record.id]}
        record.columns["slug"] = new = _first_free(candidates[record.id], event_slugs, record.id)
        slugs[event_id, new] = record.id
        if old is not None and new != old:
            record.repairs.append(f"the slug {old!r} is taken: it is {new!r} now")
    _give_stubs(context.session, records, stubs)


def merge_tags(context, table_import, records):
    owners = _owners(context.session, Tag.spelling_key, [record.columns["spelling_key"] for record in records])
    return _merge(context, table_import, records, owners, lambda record: record.columns["spelling_key"])


def merge_languages(context, table_import, records):
    owners = {fold_case_accents(name): id_ for name, id_ in context.session.execute(select(Language.name, Language.id))}
    return _merge(context, table_import, records, owners, lambda record: fold_case_accents(record.columns["name"]))


def merge_talk_types(context, table_import, records):
    owners = {
        fold_case_accents(title): id_ for title, id_ in context.session.execute(select(TalkType.title, TalkType.id))
    }
    return _merge(context, table_import, records, owners, lambda record: fold_case_accents(record.columns["title"]))


def _merge(context, table_import, records, owners, key):
    merged_into, kept = {}, []
    for record in records:
        owner = owners.setdefault(key(record), record.id)
        if owner == record.id:
            kept.append(record)
        else:
            merged_into[record.id] = owner
    store_values(context.session, table_import.name, merged_into)
    context.report.count(table_import.name, MERGED, len(merged_into))
    return kept, []


def _owners(session, column, keys, id_column=None):
    """Return the ids of the rows here that have these keys, by key."""
    id_column = column.class_.id if id_column is None else id_column
    keys = {key for key in keys if key is not None}
    return dict(session.execute(select(column, id_column).where(is_among(session, column, keys))).all()) if keys else {}


def _talk_slug_owners(session, records, slugs):
    statement = select(Talk.event_id, Talk.slug, Talk.id).where(
        is_among(session, Talk.event_id, {record.columns["event_id"] for record in records}),
        is_among(session, Talk.slug, {slug for slug in slugs if slug is not None}),
    )
    return {(event_id, slug): id_ for event_id, slug, id_ in session.execute(statement)}


def _split(records, *keys):
    """Split records: a free name goes to the first record that has it.

    Each of ``keys`` has owners by key, column (or function), and whether the key is required.
    """
    free, waiting = [], []
    for record in records:
        record_keys = [
            (owners, column(record) if callable(column) else record.columns[column], is_required)
            for owners, column, is_required in keys
        ]
        if all(_is_free(owners, key, is_required, record.id) for owners, key, is_required in record_keys):
            free.append(record)
            for owners, key, _is_required in record_keys:
                owners[key] = record.id
        else:
            waiting.append(record)
    return free, waiting


def _is_free(owners, key, is_required, record_id):
    return not is_required if not key else owners.get(key, record_id) == record_id


def _first_free(names, owners, record_id, key=lambda name: name):
    """Return the first free name and assign it to ``record_id``."""
    for name in names:
        if name and owners.setdefault(key(name), record_id) == record_id:
            return name
    raise AssertionError("a name with a random suffix is taken")


def _numbered(base, record_id, plain=False):
    names = [f"{base}-{record_id}", *(f"{base}-{record_id}-{secrets.token_hex(4)}" for _ in range(2))]
    return [base, *names] if plain else names


def _lower_stub(record):
    stub = record.columns["stub"]
    return stub.lower() if stub else None


def _slug_in_event(record):
    return (record.columns["event_id"], record.columns["slug"]) if record.columns["slug"] else None


def _dated_slugs(record):
    dated = event_slugs(*(record.columns[name] for name in ("name", "starts_at", "timezone")))
    return [*dated, f"{dated[-1]}-{randint(1, 99)}", *_numbered(dated[-1], record.id)]


def _plain_slug(record):
    return next(talk_slugs(record.columns["title"], record.id))


def _give_stubs(session, records, owners):
    missing = []
    for record in records:
        stub = record.columns["stub"]
        if stub is not None and owners.setdefault(stub, record.id) == record.id:
            continue
        missing.append((record, stub))
    while missing:
        stubs = [secrets.token_hex(3)[:5] for _ in missing]
        taken = _owners(session, Talk.stub, stubs)
        for (record, old), new in zip(missing, stubs):
            if taken.setdefault(new, record.id) == record.id and owners.setdefault(new, record.id) == record.id:
                record.columns["stub"] = new
                if old is not None:
                    record.repairs.append(f"the stub {old!r} is taken: it is {new!r} now")
        missing = [(record, old) for record, old in missing if record.columns["stub"] == old]
