"""Mapping of groups, users, profiles, qualifications and their grants, hours and consequences."""

from collections.abc import Iterator

from sqlalchemy import select

from joindin.imports.bulk_rows import is_among
from joindin.imports.ephios.context import BATCH_SIZE, ImportContext
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import InvalidRow
from joindin.models import User
from joindin.models.crew import DENIED, EXECUTED, FAILED, NEEDS_CONFIRMATION
from joindin.security.django_passwords import convert_django_hash
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import is_email, normalize_email
from joindin.utils.text import fold_case_accents
from joindin.utils.usernames import lookalike_key, suggest_username

MAX_NAME_LENGTH = 254
LANGUAGES = ("de", "en")
CONSEQUENCE_STATES = (NEEDS_CONFIRMATION, EXECUTED, FAILED, DENIED)


def map_group(_context: ImportContext, row: DumpRow) -> dict:
    name = row.line("name", 100)
    return {"name": name, "name_key": fold_case_accents(name), "created_at": _context.now}


def map_user(_context: ImportContext, row: DumpRow) -> dict:
    """Map an account. Its username is added by :func:`add_usernames`. Superusers become admins."""
    email = row.line("email", 200).strip()
    if not is_email(email):
        raise InvalidRow("its e-mail address is invalid")
    full_name = row.line("display_name", 200, default="")
    password_hash = convert_django_hash(row.text("password", 200, default=""))
    if password_hash is None and not (row.raw("password") or "!").startswith("!"):
        row.repairs.append("its password has an unknown form: the user has to choose a new one")
    return {
        "email": email,
        "email_key": normalize_email(email),
        "full_name": full_name,
        "full_name_key": fold_case_accents(full_name),
        "password_hash": password_hash,
        "twitter_username": "",
        "biography": "",
        "is_verified": True,
        "is_active": row.boolean("is_active"),
        "is_admin": row.boolean("is_superuser"),
        "is_trusted": False,
        "registered_at": None,
    }


def add_usernames(context: ImportContext, columns: dict[int, dict]) -> None:
    """Give each new account a free username made of its e-mail address: ephios has none."""
    wanted = {pk: _username_base(each["email"]) for pk, each in columns.items()}
    taken = set()
    for names in _batches(sorted(set(wanted.values()))):
        taken |= _existing_username_keys(context.session, names)
    for pk, base in wanted.items():
        username, number = base, 1
        while _keys(username) & taken:
            number += 1
            username = f"{base[:90]}-{number}"
            if not number % 50 or number == 2:
                taken |= _existing_username_keys(
                    context.session, [f"{base[:90]}-{number + step}" for step in range(50)]
                )
        taken |= _keys(username)
        columns[pk] |= {
            "username": username,
            "username_key": fold_case_accents(username),
            "lookalike_key": lookalike_key(username),
        }


def map_profile(context: ImportContext, row: DumpRow, user_id: int) -> dict:
    token, language = row.text("calendar_token", 254, default=None), row.text("preferred_language", 10, default=None)
    return {
        "user_id": user_id,
        "date_of_birth": row.day("date_of_birth", default=None),
        "phone": row.line("phone", 254, default=None),
        "is_visible": row.boolean("is_visible", default=True),
        "preferred_language": language if language in LANGUAGES else None,
        "calendar_token_hash": hash_token(token) if token else None,
        "muted_notifications": row.list("disabled_notifications"),
    }


def map_category(_context: ImportContext, row: DumpRow) -> dict:
    return {
        "uuid": row.line("uuid", 36),
        "title": row.line("title", MAX_NAME_LENGTH),
        "is_shown_with_user": row.boolean("show_with_user", default=True),
    }


def map_qualification(context: ImportContext, row: DumpRow) -> dict:
    return {
        "uuid": row.line("uuid", 36),
        "title": row.line("title", MAX_NAME_LENGTH),
        "abbreviation": row.line("abbreviation", MAX_NAME_LENGTH),
        "category_id": context.require("core.qualificationcategory", row.raw("category")),
        "is_imported": row.boolean("is_imported"),
    }


def map_qualification_grant(context: ImportContext, row: DumpRow) -> dict:
    return {
        "user_id": context.require("core.userprofile", row.raw("user")),
        "qualification_id": context.require("core.qualification", row.raw("qualification")),
        "expires_at": row.instant("expires", default=None),
        "is_externally_managed": row.boolean("externally_managed"),
    }


def map_working_hours(context: ImportContext, row: DumpRow) -> dict:
    try:
        hours = float(row.raw("hours"))
    except (TypeError, ValueError):
        raise InvalidRow("hours is not a number") from None
    if not abs(hours) < 100_000:
        raise InvalidRow("hours is out of range")
    return {
        "user_id": context.require("core.userprofile", row.raw("user")),
        "hours": hours,
        "reason": row.line("reason", 1024, default=""),
        "worked_on": row.day("date"),
    }


def map_consequence(context: ImportContext, row: DumpRow) -> dict:
    """Map a consequence; ids in its data become those of this database."""
    data, state = dict(row.object("data")), row.line("state", 20)
    if state not in CONSEQUENCE_STATES:
        raise InvalidRow(f"there is no state {state}")
    for name, model in (("qualification_id", "core.qualification"), ("event_id", "core.event")):
        if name in data:
            data[name] = context.find(model, data[name])
    return {
        "slug": row.line("slug", 255),
        "user_id": context.require("core.userprofile", row.raw("user")),
        "state": state,
        "data": data,
    }


def _username_base(email):
    return suggest_username(email.partition("@")[0]) or "user"


def _keys(username):
    return {("name", fold_case_accents(username)), ("lookalike", lookalike_key(username))}


def _existing_username_keys(session, usernames):
    keys = {"name": User.username_key, "lookalike": User.lookalike_key}
    wanted = {kind: [key for each in usernames for name, key in _keys(each) if name == kind] for kind in keys}
    return {
        (kind, key)
        for kind, column in keys.items()
        for key in session.scalars(select(column).where(is_among(session, column, wanted[kind])))
    }


def _batches(values) -> Iterator[list]:
    return (values[start : start + BATCH_SIZE] for start in range(0, len(values), BATCH_SIZE))
