"""Check that the secret key of the instance decrypts what the database has encrypted."""

from collections.abc import Sequence

from sqlalchemy import JSON, select, type_coerce
from sqlalchemy.orm import Session

from joindin.models import Authenticator, Mail, SiteSetting
from joindin.models.crew import CrewGuest, FederationGuest, FederationHost
from joindin.operations.accounts.second_factors import ENCRYPTION_PURPOSE
from joindin.operations.agenda import smtp_settings
from joindin.security.encryption import decrypt

# The newest rows of each kind that are read.
MAX_ROWS = 100

# Columns by the name of their secrets in messages.
ENCRYPTED_COLUMNS = {
    "tokens in mails": (Mail.context, Mail.sent_at.is_(None)),
    "links of guests": (CrewGuest.mail_settings,),
    "credentials of federation guests": (FederationGuest.credentials,),
    "credentials of federation hosts": (FederationHost.credentials,),
}


def count_decryptable(session: Session, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return by kind of secret how many one of the keys decrypts, and how many there are among the newest rows."""
    results = {
        "authenticator apps": [
            decrypt(keys, ENCRYPTION_PURPOSE, secret) is not None
            for secret in session.scalars(
                select(Authenticator.secret).order_by(Authenticator.created_at.desc()).limit(MAX_ROWS)
            )
        ],
        "password of the mail server": _check_smtp_password(session, keys),
    }
    for name, (column, *conditions) in ENCRYPTED_COLUMNS.items():
        statement = (
            select(type_coerce(column, JSON)).where(*conditions).order_by(column.class_.id.desc()).limit(MAX_ROWS)
        )
        checked = [column.type.is_decryptable(stored) for stored in session.scalars(statement)]
        results[name] = [each for each in checked if each is not None]
    return {name: (sum(each), len(each)) for name, each in results.items() if each}


def _check_smtp_password(session, keys):
    value = session.scalar(select(SiteSetting.value).where(SiteSetting.key == smtp_settings.KEY))
    password = value and value["password"]
    return [decrypt(keys, smtp_settings.PURPOSE, password) is not None] if password else []
