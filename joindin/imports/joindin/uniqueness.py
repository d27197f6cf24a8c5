"""Names that may be there once only: who has them, and what others are called instead.

Each ``settle_…`` parts entries into those whose names are free and those that have to wait; each
``rename_…`` gives the latter names of their own. Each ``merge_…`` lets rows of the same name stand
for one.
"""

import secrets
from random import randint

from sqlalchemy import String, func, select

from joindin.imports.joindin.bulk_rows import is_among
from joindin.imports.joindin.map_people import name_and_key
from joindin.imports.joindin.progress import store_values
from joindin.imports.joindin.report import MERGED
from joindin.models import Event, Language, Tag, Talk, TalkType, User
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import fold_case_accents, slugify

_lower_stubs = func.lower(Event.stub, type_=String)

LONGEST_BASE = 80
LONGEST_SLUG_BASE = 200


def resolve_user_conflicts(moving, _move, entries):
    names = _owners(moving.session, User.username_key, [entry.columns["username_key"] for entry in entries])
    mails = _owners(moving.session, User.email_key, [entry.columns["email_key"] for entry in entries])
    return _part(entries, (names, "username_key", True), (mails, "email_key", False))


def apply_user_renames(moving, entries):
    """Nobody is lost: who has no name of their own gets their id behind it, a second account no address."""
    mails = _owners(moving.session, User.email_key, [entry.columns["email_key"] for entry in entries])
    for entry in entries:
        mail = entry.columns["email_key"]
        if mail is not None and mails.setdefault(mail, entry.id) != entry.id:
            entry.repairs.append(f"the address {entry.columns['email']} is that of user {mails[mail]}")
            entry.columns |= name_and_key("email", None)
    bases = {entry.id: (entry.columns["username"] or "user")[:LONGEST_BASE] for entry in entries}
    tried = {entry.id: [entry.columns["username"], *_numbered(bases[entry.id], entry.id)] for entry in entries}
    keys = [fold_case_accents(name) for names in tried.values() for name in names]
    owners = _owners(moving.session, User.username_key, [key for key in keys if key])
    for entry in entries:
        old = entry.columns["username"]
        new = _first_free(tried[entry.id], owners, entry.id, fold_case_accents)
        if new != old:
            entry.columns |= name_and_key("username", new)
            entry.repairs.append(f"the username {old!r} cannot be used: it is {new!r} now")


def resolve_event_conflicts(moving, _move, entries):
    slugs = _owners(moving.session, Event.slug, [entry.columns["slug"] for entry in entries])
    stubs = _owners(moving.session, _lower_stubs, [_lower_stub(entry) for entry in entries], Event.id)
    return _part(entries, (slugs, "slug", True), (stubs, _lower_stub, False))


def apply_event_renames(moving, entries):
    """Slugs by the contract's recipe (spec 4.12); an event can do without a stub."""
    stubs = _owners(moving.session, _lower_stubs, [_lower_stub(entry) for entry in entries], Event.id)
    tried = {entry.id: [entry.columns["slug"], *_dated_slugs(entry)] for entry in entries}
    slugs = _owners(moving.session, Event.slug, [each for names in tried.values() for each in names])
    for entry in entries:
        old, stub = entry.columns["slug"], entry.columns["stub"]
        entry.columns["slug"] = new = _first_free(tried[entry.id], slugs, entry.id)
        if old is not None and new != old:
            entry.repairs.append(f"the slug {old!r} is taken: it is {new!r} now")
        if stub is not None and stubs.setdefault(stub.lower(), entry.id) != entry.id:
            entry.columns["stub"] = None
            entry.repairs.append(f"the stub {stub!r} is that of event {stubs[stub.lower()]}")


def resolve_talk_conflicts(moving, _move, entries):
    stubs = _owners(moving.session, Talk.stub, [entry.columns["stub"] for entry in entries])
    slugs = _owners_of_talk_slugs(moving.session, entries, [entry.columns["slug"] for entry in entries])
    return _part(entries, (slugs, _slug_in_event, True), (stubs, "stub", True))


def apply_talk_renames(moving, entries):
    tried = {
        entry.id: [entry.columns["slug"], *_numbered(_plain_slug(entry), entry.id, plain=True)] for entry in entries
    }
    slugs = _owners_of_talk_slugs(moving.session, entries, [each for names in tried.values() for each in names])
    stubs = _owners(moving.session, Talk.stub, [entry.columns["stub"] for entry in entries])
    for entry in entries:
        event_id, old = entry.columns["event_id"], entry.columns["slug"]
        of_event = {name: slugs.get((event_id, name), entry.id) for name in tried[entry.id]}
        entry.columns["slug"] = new = _first_free(tried[entry.id], of_event, entry.id)
        slugs[event_id, new] = entry.id
        if old is not None and new != old:
            entry.repairs.append(f"the slug {old!r} is taken: it is {new!r} now")
    _give_stubs(moving.session, entries, stubs)


def merge_tags(moving, move, entries):
    owners = _owners(moving.session, Tag.name_key, [entry.columns["name_key"] for entry in entries])
    return _merge(moving, move, entries, owners, lambda entry: entry.columns["name_key"])


def merge_languages(moving, move, entries):
    owners = {fold_case_accents(name): id_ for name, id_ in moving.session.execute(select(Language.name, Language.id))}
    return _merge(moving, move, entries, owners, lambda entry: fold_case_accents(entry.columns["name"]))


def merge_talk_types(moving, move, entries):
    owners = {
        fold_case_accents(title): id_ for title, id_ in moving.session.execute(select(TalkType.title, TalkType.id))
    }
    return _merge(moving, move, entries, owners, lambda entry: fold_case_accents(entry.columns["title"]))


def _merge(moving, move, entries, owners, key):
    stand_for, kept = {}, []
    for entry in entries:
        owner = owners.setdefault(key(entry), entry.id)
        if owner == entry.id:
            kept.append(entry)
        else:
            stand_for[entry.id] = owner
    store_values(moving.session, move.name, stand_for)
    moving.report.count(move.name, MERGED, len(stand_for))
    return kept, []


def _owners(session, column, keys, id_column=None):
    """Who has which of these keys here."""
    id_column = column.class_.id if id_column is None else id_column
    wanted = {key for key in keys if key is not None}
    return (
        dict(session.execute(select(column, id_column).where(is_among(session, column, wanted))).all())
        if wanted
        else {}
    )


def _owners_of_talk_slugs(session, entries, slugs):
    asked = select(Talk.event_id, Talk.slug, Talk.id).where(
        is_among(session, Talk.event_id, {entry.columns["event_id"] for entry in entries}),
        is_among(session, Talk.slug, {slug for slug in slugs if slug is not None}),
    )
    return {(event_id, slug): id_ for event_id, slug, id_ in session.execute(asked)}


def _part(entries, *keys):
    """Free names go to who comes first; each of ``keys`` is owners, column (or function) and whether it is needed."""
    free, waiting = [], []
    for entry in entries:
        wanted = [
            (owners, column(entry) if callable(column) else entry.columns[column], is_needed)
            for owners, column, is_needed in keys
        ]
        if all(_is_free(owners, key, is_needed, entry.id) for owners, key, is_needed in wanted):
            free.append(entry)
            for owners, key, _is_needed in wanted:
                owners[key] = entry.id
        else:
            waiting.append(entry)
    return free, waiting


def _is_free(owners, key, is_needed, entry_id):
    return not is_needed if not key else owners.get(key, entry_id) == entry_id


def _first_free(names, owners, entry_id, key=lambda name: name):
    """The first of these names that nobody else has, which is ``entry_id``'s from now on."""
    for name in names:
        if name and owners.setdefault(key(name), entry_id) == entry_id:
            return name
    raise AssertionError("a name with an id in it is somebody else's")


def _numbered(base, entry_id, plain=False):
    names = [f"{base}-{entry_id}", *(f"{base}-{entry_id}-{secrets.token_hex(4)}" for _ in range(2))]
    return [base, *names] if plain else names


def _lower_stub(entry):
    stub = entry.columns["stub"]
    return stub.lower() if stub else None


def _slug_in_event(entry):
    return (entry.columns["event_id"], entry.columns["slug"]) if entry.columns["slug"] else None


def _dated_slugs(entry):
    plain = slugify(entry.columns["name"])[:LONGEST_SLUG_BASE]
    start = entry.columns["starts_at"].astimezone(get_timezone(entry.columns["timezone"]))
    dated = [plain] + [f"{plain}-{start:{shape}}" for shape in ("%Y", "%Y-%m", "%Y-%m-%d")]
    dated = [each.strip("-") or "event" for each in dated]
    return [*dated, f"{dated[-1]}-{randint(1, 99)}", *_numbered(dated[-1], entry.id)]


def _plain_slug(entry):
    return slugify(entry.columns["title"])[:LONGEST_SLUG_BASE].strip("-") or "talk"


def _give_stubs(session, entries, owners):
    lacking = []
    for entry in entries:
        stub = entry.columns["stub"]
        if stub is not None and owners.setdefault(stub, entry.id) == entry.id:
            continue
        lacking.append((entry, stub))
    while lacking:
        drawn = [secrets.token_hex(3)[:5] for _ in lacking]
        taken = _owners(session, Talk.stub, drawn)
        for (entry, old), new in zip(lacking, drawn):
            if taken.setdefault(new, entry.id) == entry.id and owners.setdefault(new, entry.id) == entry.id:
                entry.columns["stub"] = new
                if old is not None:
                    entry.repairs.append(f"the stub {old!r} is taken: it is {new!r} now")
        lacking = [(entry, old) for entry, old in lacking if entry.columns["stub"] == old]
