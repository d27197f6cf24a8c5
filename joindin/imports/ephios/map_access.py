"""Mapping of applications, tokens, grants and permissions."""

import datetime as dt

from joindin.imports.ephios.context import ImportContext
from joindin.imports.ephios.dump_row import DumpRow
from joindin.imports.legacy_row import ExcludedRow, InvalidRow
from joindin.models import FEDERATION, OAUTH2, PERMISSIONS, PERSONAL
from joindin.security.django_passwords import convert_django_hash
from joindin.security.scopes import ALL_SCOPES, SCOPES, join_scopes
from joindin.security.tokens import hash_token

REFRESH_TOKEN_TTL = dt.timedelta(days=90)
AUTHORIZATION_CODE = "authorization-code"

# Permissions of ephios that have another name or form here. Those of the same name need no entry.
_ACTIONS = ("add", "change", "delete")
PERMISSION_NAMES = {
    f"{app}.{action}_{model}": permission
    for app, model, permission in (
        ("auth", "group", "manage_groups"),
        ("core", "eventtype", "manage_event_types"),
        ("core", "qualification", "manage_qualifications"),
        ("core", "qualificationcategory", "manage_qualifications"),
        ("complexsignup", "buildingblock", "manage_building_blocks"),
        ("questionnaires", "question", "manage_questions"),
    )
    for action in _ACTIONS
} | {"modellogging.view_logentry": "view_log"}
# Permissions that an administrator of ephios has (``is_staff``).
STAFF_PERMISSIONS = ("manage_applications", "manage_federation")
# By content type: our name of the object, and the model of the dump.
OBJECT_TYPES = {
    "core.event": ("event", "core.event"),
    "core.userprofile": ("user", "core.userprofile"),
    "auth.group": ("group", "auth.group"),
}


def map_client(context: ImportContext, row: DumpRow) -> dict:
    grant_type = row.line("authorization_grant_type", 100)
    if grant_type != AUTHORIZATION_CODE:
        raise ExcludedRow(f"applications of the grant {grant_type}")
    key, secret = row.text("client_id", 255), row.text("client_secret", 255, default="")
    if not key or len(key) > 100:
        raise InvalidRow("its client_id is invalid")
    is_public = row.line("client_type", 32) == "public"
    is_hashed = row.boolean("hash_client_secret", default=True)
    imported_hash = convert_django_hash(secret) if is_hashed and not is_public else None
    if is_hashed and not is_public and imported_hash is None:
        row.repairs.append("its secret has an unknown form: issue a new one")
    redirect_uris = row.text("redirect_uris", 10_000, default="").split()
    return {
        "key": key,
        "secret_hash": hash_token(secret) if secret and not is_hashed and not is_public else None,
        "imported_secret_hash": imported_hash,
        "name": row.line("name", 255, default="") or None,
        "callback_url": None,
        "other_redirect_uris": redirect_uris,
        "owner_id": context.find("core.userprofile", row.raw("user")),
        "is_public": is_public,
        "created_at": row.instant("created", default=context.now),
    }


def map_grant_of_refresh_token(context: ImportContext, row: DumpRow) -> dict:
    access_token = context.dump.row("api.accesstoken", row.raw("access_token"))
    scopes = access_token.raw("scope") if access_token else ALL_SCOPES
    return _map_grant(context, row, scopes)


def map_grant_of_access_token(context: ImportContext, row: DumpRow) -> dict | None:
    """Map the grant of an OAuth token without a refresh token."""
    if "renewed_tokens" not in context.cache:
        context.cache["renewed_tokens"] = {
            each.raw("access_token"): each.pk for each in context.dump.rows("api.refreshtoken")
        }
    if row.raw("application") is None or row.pk in context.cache["renewed_tokens"]:
        return None
    return _map_grant(context, row, row.raw("scope"))


def _map_grant(context, row, scopes):
    created_at = row.instant("created", default=context.now)
    return {
        "user_id": context.require("core.userprofile", row.raw("user")),
        "client_id": context.require("api.application", row.raw("application")),
        "kind": OAUTH2,
        "scopes": known_scopes(scopes),
        "created_at": created_at,
        "redeemed_at": created_at,
    }


def map_access_token(context: ImportContext, row: DumpRow) -> dict:
    """Map a token. One without a user was issued to a federation guest."""
    user, application = row.raw("user"), row.raw("application")
    renewed_by = context.cache["renewed_tokens"].get(row.pk)
    grant_id = context.ids["api.refreshtoken grants"].get(renewed_by) or context.ids["api.accesstoken grants"].get(
        row.pk
    )
    if application is not None and grant_id is None:
        context.require("api.application", application)
    kind = FEDERATION if user is None else PERSONAL if application is None else OAUTH2
    revoked_at = row.instant("updated", default=context.now) if row.boolean("revoked") else None
    return {
        "kind": kind,
        "token_hash": hash_token(row.text("token", 4096)),
        "user_id": None if user is None else context.require("core.userprofile", user),
        "client_id": context.find("api.application", application),
        "grant_id": grant_id,
        "scopes": known_scopes(row.raw("scope")),
        "description": row.line("description", 1000, default="") or None,
        "created_at": row.instant("created", default=context.now),
        "expires_at": row.instant("expires", default=None),
        "revoked_at": revoked_at,
    }


def map_refresh_token(context: ImportContext, row: DumpRow) -> dict:
    created_at = row.instant("created", default=context.now)
    grant_id = context.ids["api.refreshtoken grants"].get(row.pk)
    if grant_id is None:
        raise InvalidRow("its authorization is not there")
    return {
        "token_hash": hash_token(row.text("token", 4096)),
        "grant_id": grant_id,
        "created_at": created_at,
        "expires_at": created_at + REFRESH_TOKEN_TTL,
        "used_at": row.instant("revoked", default=None),
    }


def map_object_permission(owner: str, model: str):
    """Return the mapping of permissions of users or groups on one object."""

    def map_row(context, row):
        permission = find_permission(context, row.raw("permission"))
        content_type = context.dump.content_type(row.raw("content_type"))
        object_type, object_model = OBJECT_TYPES.get(content_type, (None, None))
        if permission is None or object_type is None or PERMISSIONS[permission] != object_type:
            raise ExcludedRow(f"{context.dump.permission_name(row.raw('permission'))} on one {content_type}")
        holder_id = context.require(model, row.raw(owner))
        target_id = context.require(object_model, row.raw("object_pk"))
        return permission_row(owner, holder_id, permission, object_type, target_id)

    return map_row


def find_permission(context: ImportContext, reference: object) -> str | None:
    """Return the permission here that a permission of ephios stands for, or None."""
    name = context.dump.permission_name(reference) or ""
    codename = name.partition(".")[2]
    return PERMISSION_NAMES.get(name) or (codename if codename in PERMISSIONS else None)


def permission_row(owner: str, holder_id: int, permission: str, object_type: str | None = None, object_id=None) -> dict:
    """Return the columns of a permission; ``owner`` and ``object_type`` are ``user``, ``group`` or ``event``."""
    row = dict.fromkeys(("user_id", "group_id", "on_event_id", "on_user_id", "on_group_id"))
    row |= {f"{owner}_id": holder_id, "permission": permission}
    if object_type:
        row[f"on_{object_type}_id"] = object_id
    target = f"{object_type} {object_id}" if object_type else "everything"
    return row | {"unique_key": f"{owner} {holder_id} {permission} {target}"}


def known_scopes(text: object) -> str:
    return join_scopes(scope for scope in str(text or "").split() if scope in SCOPES)
