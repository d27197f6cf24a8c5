"""Mapping of guests, federation records, participations, comments and answers."""

from joindin.imports.ephios.context import ImportContext
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import InvalidRow
from joindin.models.crew import FOR_EVERYONE, FOR_RESPONSIBLES, STATES, FederationGuest, FederationHost
from joindin.security.tokens import hash_token

MAX_NAME_LENGTH = 254

# By content type: the second table of a participation, its field, the model of the participant, and our column.
PARTICIPANTS = {
    "core.localparticipation": ("user", "core.userprofile", "user_id"),
    "guests.guestparticipation": ("guest_user", "guests.guestuser", "guest_id"),
    "federation.federatedparticipation": ("federated_user", "federation.federateduser", "federated_user_id"),
}
PLACEHOLDER = "core.placeholderparticipation"


def map_participation(context: ImportContext, row: DumpRow) -> dict:
    """Map the two rows of a participation, which have the same number."""
    state = row.integer("state")
    if state not in STATES:
        raise InvalidRow(f"there is no state {state}")
    columns = {
        "shift_id": context.require("core.shift", row.raw("shift")),
        "user_id": None,
        "guest_id": None,
        "federated_user_id": None,
        "placeholder_name": None,
        "state": state,
        "individual_starts_at": row.instant("individual_start_time", default=None),
        "individual_ends_at": row.instant("individual_end_time", default=None),
        "structure_data": _translate_paths(context, row.object("structure_data")),
        "is_finished": row.boolean("finished"),
        "created_at": None,
    }
    kind = context.dump.content_type(row.raw("polymorphic_ctype"))
    second = context.dump.row(kind, row.pk)
    if kind == PLACEHOLDER and second:
        return columns | {"placeholder_name": second.line("display_name", MAX_NAME_LENGTH)}
    if kind not in PARTICIPANTS or second is None:
        raise InvalidRow(f"it has no participant: {kind}")
    field, model, column = PARTICIPANTS[kind]
    return columns | {column: context.require(model, second.raw(field))}


def _translate_paths(context, structure_data):
    """Replace the ids of compositions in unit paths, ``root.<uuid>.<composition>.``, by those of this database."""
    ids = {str(pk): str(row_id) for pk, row_id in context.ids["complexsignup.blockcomposition"].items()}
    return {
        name: ".".join(ids.get(part, part) for part in value.split("."))
        if name.endswith("_unit_path") and isinstance(value, str)
        else value
        for name, value in structure_data.items()
    }


def map_comment(context: ImportContext, row: DumpRow) -> dict:
    author, visibility = row.raw("authored_by_responsible"), row.integer("visible_for")
    if not FOR_RESPONSIBLES <= visibility <= FOR_EVERYONE:
        raise InvalidRow(f"there is no visible_for {visibility}")
    return {
        "participation_id": context.require("core.abstractparticipation", row.raw("participation")),
        "author_id": None if author is None else context.require("core.userprofile", author),
        "text": row.text("text", 255),
        "visibility": visibility,
        "created_at": row.instant("created_at"),
    }


def map_answer(context: ImportContext, row: DumpRow) -> dict:
    return {
        "participation_id": context.require("core.abstractparticipation", row.raw("participation")),
        "question_id": context.require("questionnaires.question", row.raw("question")),
        "answer": row.raw("answer"),
    }


def map_saved_answer(context: ImportContext, row: DumpRow) -> dict:
    return {
        "user_id": context.require("core.userprofile", row.raw("user")),
        "question_id": context.require("questionnaires.question", row.raw("question")),
        "answer": row.raw("answer"),
    }


def map_guest(context: ImportContext, row: DumpRow) -> dict:
    return {
        "event_id": context.require("core.event", row.raw("event")),
        "email": row.line("email", MAX_NAME_LENGTH),
        "display_name": row.line("display_name", MAX_NAME_LENGTH),
        "date_of_birth": row.day("date_of_birth", default=None),
        "phone": row.line("phone", MAX_NAME_LENGTH, default=None),
        "access_token_hash": hash_token(row.text("access_token", MAX_NAME_LENGTH)),
        "created_at": row.instant("created_at", default=context.now),
    }


def map_federation_guest(context: ImportContext, row: DumpRow) -> dict:
    credentials = {"client_id": row.text("client_id", 255), "client_secret": row.text("client_secret", 255)}
    return {
        "name": row.line("name", 255),
        "url": row.line("url", 255),
        "access_token_id": context.require("api.accesstoken", row.raw("access_token")),
        "credentials": _encrypt(FederationGuest.credentials, credentials),
    }


def map_federation_host(context: ImportContext, row: DumpRow) -> dict:
    return {
        "name": row.line("name", 255),
        "url": row.line("url", 255),
        "credentials": _encrypt(FederationHost.credentials, {"access_token": row.text("access_token", 255)}),
        "client_id": context.find("api.application", row.raw("oauth_application")),
    }


def map_federation_invite(_context: ImportContext, row: DumpRow) -> dict:
    return {
        "code_hash": hash_token(row.text("code", 255)),
        "url": row.line("url", 255),
        "created_at": row.instant("created_at"),
    }


def map_federated_user(context: ImportContext, row: DumpRow) -> dict:
    return {
        "guest_id": context.require("federation.federatedguest", row.raw("federated_instance")),
        "email": row.line("email", MAX_NAME_LENGTH),
        "display_name": row.line("display_name", MAX_NAME_LENGTH),
        "date_of_birth": row.day("date_of_birth", default=None),
        "phone": row.line("phone", MAX_NAME_LENGTH, default=None),
        "created_at": row.instant("created_at", default=context.now),
    }


def _encrypt(attribute, value):
    # Bulk inserts on PostgreSQL do not go through the column type, which leaves an encrypted value as it is.
    return attribute.type.process_bind_param(value, None)
