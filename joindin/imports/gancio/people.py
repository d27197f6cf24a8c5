"""Import of users, applications and their tokens.

Gancio knows people by their address. A user with the address of a verified account here is linked to that account, which stays as it
is.
"""

import re
import secrets

from sqlalchemy import select, update

from joindin.errors import InvalidInput
from joindin.imports.bulk_rows import insert_each, is_among
from joindin.imports.gancio.mappings import find_row_ids, load_origins, store_origins
from joindin.imports.gancio.records import ImportContext, Record, TableImport
from joindin.imports.gancio.source_row import GancioRow
from joindin.imports.legacy_row import ExcludedRow, InvalidRow
from joindin.imports.report import ADDED, MERGED, UNCHANGED
from joindin.models import GANCIO, GANCIO_CLIENT_KEY, AccessToken, Client, Grant, RefreshToken, User
from joindin.operations.accounts.clients import check_redirect_uris
from joindin.security.passwords import PLAIN_BCRYPT_PREFIX
from joindin.security.scopes import GANCIO_CLIENT_SCOPE, GANCIO_GRANTED_SCOPES
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import is_email, normalize_email
from joindin.utils.text import fold_case_accents, is_web_url
from joindin.utils.usernames import suggest_username

USERS, CLIENTS, TOKENS = "users", "oauth_clients", "oauth_tokens"
# A hash with a higher cost would take minutes to check.
BCRYPT_PATTERN = re.compile(r"\$2[abxy]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}")
MAX_BASE_LENGTH = 60
ADMIN_ROLE, EDITOR_ROLE = "admin", "editor"


def map_user(row: GancioRow, _context: ImportContext) -> dict:
    """Map a user. An active one may publish at once, as in Gancio: it is a trusted user here."""
    email, login = _email(row), row.title("email", 200)
    is_active = row.flag("is_active")
    role = (row.raw_text("role") or "").lower()
    full_name = row.title("display_name", 200) or _name_of(login)
    return {
        "username": _name_of(login),
        "username_key": "",
        "email": email,
        "email_key": normalize_email(email) if email else None,
        "full_name": full_name,
        "full_name_key": fold_case_accents(full_name),
        "password_hash": _password_hash(row),
        "registration_note": row.long_text("description"),
        "twitter_username": "",
        "is_active": is_active,
        "is_verified": is_active,
        "is_trusted": is_active,
        "is_admin": role == ADMIN_ROLE or (not role and row.flag("is_admin")),
        "is_editor": role == EDITOR_ROLE,
        "registered_at": row.timestamp("createdAt"),
    }


def split_equal_addresses(records: list[Record]) -> list[list[Record]]:
    """Put users with the address of another one after it, so that they are linked to the same account."""
    seen, first, later = set(), [], []
    for record in records:
        address = record.columns["email_key"]
        (later if address is not None and address in seen else first).append(record)
        seen.add(address)
    return [first, later]


def find_accounts(context: ImportContext, records: list[Record]) -> dict[str, int]:
    """Return the accounts with the same addresses. One whose address was never verified becomes the imported user's."""
    session, keys = context.session, {record.columns["email_key"] for record in records} - {None}
    accounts = {
        account.email_key: account
        for account in session.execute(
            select(User.email_key, User.id, User.is_verified).where(is_among(session, User.email_key, keys))
        )
    }
    found = {}
    for record in records:
        account = accounts.get(record.columns["email_key"])
        if account is None:
            continue
        found[record.key] = account.id
        if account.is_verified:
            record.repairs.append("an account here has this address: its password and roles stay as they are")
        else:
            record.repairs.append("an unverified account here has this address: it has the imported password now")
            names = ("password_hash", "is_active", "is_verified", "is_trusted", "is_admin", "is_editor")
            values = {name: record.columns[name] for name in names}
            session.execute(update(User).where(User.id == account.id).values(values))
    _leave_out_usernames(session, [record for record in records if record.key not in found])
    return found


def name_users(context: ImportContext, records: list[Record]) -> None:
    """Give new users free usernames: the part of the address before the @, else that with the user's id."""
    candidates = {}
    for record in records:
        base = record.columns["username"]
        numbered = f"{base}-{record.row_id}"
        candidates[record.key] = [base, numbered, f"{numbered}-{secrets.token_hex(4)}"]
    keys = [fold_case_accents(name) for names in candidates.values() for name in names]
    statement = select(User.username_key).where(is_among(context.session, User.username_key, keys))
    taken = set(context.session.scalars(statement))
    for record in records:
        name = next(name for name in candidates[record.key] if fold_case_accents(name) not in taken)
        record.columns |= {"username": name, "username_key": fold_case_accents(name)}
        taken.add(record.columns["username_key"])


def _leave_out_usernames(session, records):
    """Leave out addresses that are the username of another account: at sign-in they would mean two accounts."""
    keys = {record.columns["email_key"] for record in records} - {None}
    usernames = set(session.scalars(select(User.username_key).where(is_among(session, User.username_key, keys))))
    for record in records:
        if record.columns["email_key"] in usernames:
            record.repairs.append("its address is the username of another account: it is left out")
            record.columns |= {"email": None, "email_key": None}


def map_client(row: GancioRow, _context: ImportContext) -> dict:
    key, secret = row.raw_text("id", 100), row.raw_text("client_secret")
    if key == GANCIO_CLIENT_KEY:
        raise ExcludedRow("Gancio's own sign-in, which this server has itself")
    if not secret:
        raise InvalidRow("it has no secret")
    scopes, website = row.raw_text("scopes"), (row.raw_text("website") or "").strip()
    if scopes != GANCIO_CLIENT_SCOPE:
        row.repairs.append(f"its scope is {GANCIO_CLIENT_SCOPE!r} now")
    return {
        "key": key,
        "secret_hash": hash_token(secret),
        "name": row.title("name", 255),
        "website": website if is_web_url(website) and len(website) <= 500 else None,
        "callback_url": _redirect_uri(row),
        "kind": GANCIO,
        "scopes": GANCIO_GRANTED_SCOPES,
        "needs_pkce": False,
        "created_at": row.timestamp("createdAt") or _context.now,
    }


def find_clients(context: ImportContext, records: list[Record]) -> dict[str, int]:
    keys = {record.key for record in records}
    return dict(
        context.session.execute(select(Client.key, Client.id).where(is_among(context.session, Client.key, keys))).all()
    )


def import_tokens(context: ImportContext):
    """Import the tokens of applications. Only their hashes are stored.

    Tokens of Gancio's own sign-in are left out: people sign in again. Tokens for an account that existed here are left out as well:
    its owner allowed the application another account.
    """
    report = context.report
    for batch in context.source.batches(TOKENS):
        report.read[TOKENS] += len(batch)
        rows = [GancioRow(values) for values in batch]
        client_ids = find_row_ids(context, CLIENTS, [row.reference("clientId") for row in rows])
        users = load_origins(context, USERS, [key for row in rows if (key := row.reference("userId"))])
        for row in rows:
            _import_token(context, row, client_ids, users)
        yield len(batch)


def _import_token(context, row, client_ids, users):
    report, session = context.report, context.session
    client_id = client_ids.get(row.reference("clientId"))
    user = users.get(row.reference("userId"))
    token, refresh_token = row.raw_text("accessToken"), row.raw_text("refreshToken")
    if row.reference("clientId") == GANCIO_CLIENT_KEY:
        return report.count_excluded(TOKENS, "sign-ins of people, who sign in again")
    if not token or client_id is None or user is None:
        return report.count_excluded(TOKENS, "tokens without an application or a user")
    if not user.fingerprints:
        return report.count_excluded(TOKENS, "tokens for an account that existed here")
    key = hash_token(token)
    if load_origins(context, TOKENS, [key]):
        return report.count(TOKENS, UNCHANGED)
    if session.scalar(select(AccessToken.id).where(AccessToken.token_hash == key)) is not None:
        return report.count(TOKENS, MERGED)
    shared = {"created_at": row.timestamp("createdAt") or context.now}
    grant = Grant(
        user_id=user.row_id,
        client_id=client_id,
        kind=GANCIO,
        scopes=GANCIO_GRANTED_SCOPES,
        redeemed_at=shared["created_at"],
        **shared,
    )
    session.add(grant)
    session.flush()
    session.add(
        AccessToken(
            kind=GANCIO,
            token_hash=key,
            user_id=user.row_id,
            client_id=client_id,
            grant_id=grant.id,
            scopes=GANCIO_GRANTED_SCOPES,
            **shared,
        )
    )
    if refresh_token:
        insert_each(
            session,
            RefreshToken.__table__,
            [{"token_hash": hash_token(refresh_token), "grant_id": grant.id, **shared}],
        )
    session.flush()
    store_origins(context, TOKENS, [(key, grant.id, {"token": key[:16]})])
    return report.count(TOKENS, ADDED)


def _email(row):
    """Return the address, or None if mail cannot be sent to it. The first account of Gancio may be called "admin"."""
    email = (row.raw_text("email") or "").strip()
    if is_email(email):
        return email
    row.repairs.append(f"mail cannot be sent to the address {email[:60]!r}: it is the username now")
    return None


def _name_of(login):
    return (suggest_username(login.partition("@")[0]) or "user")[:MAX_BASE_LENGTH].strip()


def _password_hash(row):
    password = row.raw_text("password")
    if not password:
        return None
    if not BCRYPT_PATTERN.fullmatch(password):
        row.repairs.append("its password hash is of an unknown kind: the user needs a new password")
        return None
    return PLAIN_BCRYPT_PREFIX + password


def _redirect_uri(row):
    uri = (row.raw_text("redirectUris") or "").strip()
    try:
        check_redirect_uris([uri], is_public=False)
    except InvalidInput as error:
        row.repairs.append(f"its redirect address is left out: {error}")
        return None
    return uri if len(uri) <= 500 else None


USER_IMPORT = TableImport(
    USERS,
    User,
    map_user,
    groups={
        "name": ("full_name", "full_name_key"),
        "note": ("registration_note",),
        "email": ("email", "email_key"),
        "password": ("password_hash",),
        "role": ("is_admin", "is_editor"),
        "state": ("is_active", "is_verified", "is_trusted"),
    },
    split=split_equal_addresses,
    find_existing=find_accounts,
    prepare_new=name_users,
)
CLIENT_IMPORT = TableImport(
    CLIENTS,
    Client,
    map_client,
    groups={
        "name": ("name",),
        "website": ("website",),
        "redirect": ("callback_url",),
        "secret": ("secret_hash",),
    },
    find_existing=find_clients,
)
