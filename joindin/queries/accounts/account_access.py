"""Sessions, tokens, connections and invitations that end when an account is secured, in words for its owner."""

import datetime as dt

from sqlalchemy import func, or_, select

from joindin.models import PERSONAL, AccessToken, BrowserSession, Client, Consent, ExternalIdentity, Grant, Invitation
from joindin.queries.accounts.api_tokens import validity_conditions
from joindin.queries.accounts.email_changes import get_pending_email
from joindin.queries.organiser.invitations import is_open
from joindin.utils.messages import TranslatableMessage

MAX_NAMES = 50
MAX_NAME_LENGTH = 100


def describe_access(session, user_id: int, now: dt.datetime) -> list[TranslatableMessage]:
    """Return a phrase for each browser count, token, application, external account and requested address of the user, and one
    for the invitations that the user has sent and that are still open.
    """
    phrases = []
    count = _count_sessions(session, user_id, now)
    if count == 1:
        phrases.append(TranslatableMessage("the sign-in in one browser"))
    elif count:
        phrases.append(TranslatableMessage("the sign-ins in %(count)d browsers", count=count))
    phrases += [
        TranslatableMessage("the personal token “%(name)s”", name=name)
        for name in _personal_tokens(session, user_id, now)
    ]
    phrases += [
        TranslatableMessage("the access of the application “%(name)s”", name=name)
        for name in _applications(session, user_id, now)
    ]
    phrases += [
        TranslatableMessage("the connection to the external account “%(name)s”", name=name)
        for name in _identities(session, user_id)
    ]
    if email := get_pending_email(session, user_id, now):
        phrases.append(
            TranslatableMessage("the change of the address to %(email)s, which was not confirmed", email=email)
        )
    count = _count_invitations(session, user_id, now)
    if count == 1:
        phrases.append(TranslatableMessage("an invitation of a host or speaker, which was not answered"))
    elif count:
        phrases.append(
            TranslatableMessage("%(count)d invitations of hosts or speakers, which were not answered", count=count)
        )
    return phrases


def _count_sessions(session, user_id, now):
    valid = (BrowserSession.revoked_at.is_(None), BrowserSession.expires_at > now)
    return session.scalar(select(func.count()).where(BrowserSession.user_id == user_id, *valid))


def _count_invitations(session, user_id, now):
    return session.scalar(select(func.count()).where(Invitation.invited_by_id == user_id, *is_open(now)))


def _personal_tokens(session, user_id, now):
    valid = (AccessToken.user_id == user_id, AccessToken.kind == PERSONAL, *validity_conditions(now))
    return _names(session, select(AccessToken.description).where(*valid).order_by(AccessToken.id))


def _applications(session, user_id, now):
    """Return the names of clients with a token, a grant or a consent; ``None`` for tokens of deleted clients."""
    tokens = select(AccessToken.client_id).where(
        AccessToken.user_id == user_id, AccessToken.kind != PERSONAL, *validity_conditions(now)
    )
    grants = select(Grant.client_id).where(Grant.user_id == user_id, Grant.revoked_at.is_(None))
    consents = select(Consent.client_id).where(Consent.user_id == user_id)
    related = or_(*(Client.id.in_(ids) for ids in (tokens, grants, consents)))
    names = _names(session, select(func.coalesce(Client.name, Client.key)).where(related).order_by(Client.id))
    has_deleted = session.scalar(
        tokens.where(AccessToken.client_id.is_(None)).limit(1).with_only_columns(AccessToken.id)
    )
    return [*names, "a deleted application"] if has_deleted else names


def _identities(session, user_id):
    identities = select(ExternalIdentity.name).where(ExternalIdentity.user_id == user_id)
    return _names(session, identities.order_by(ExternalIdentity.id))


def _names(session, statement):
    return [(name or "")[:MAX_NAME_LENGTH] for name in session.scalars(statement.limit(MAX_NAMES))]
