"""Forgetting what is done."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, func

from joindin.models import Mail
from joindin.operations.accounts.email_changes import forget_address_changes
from joindin.operations.accounts.external_sign_in import forget_those_away
from joindin.operations.accounts.oauth_grants import forget_ended
from joindin.operations.accounts.registration import forget_registrations
from joindin.operations.accounts.sessions import forget_ended_sessions
from joindin.operations.audit import forget_entries, shorten_addresses
from joindin.operations.rate_limits import forget_old_counts

KEPT_FOR = dt.timedelta(days=30)


def clean_outbox(session, now: dt.datetime) -> int:
    """Remove mails that were sent, or given up, long ago; how many. What still waits stays, however old."""
    return session.execute(
        delete(Mail)
        .where(Mail.due_at.is_(None), func.coalesce(Mail.sent_at, Mail.created_at) < now - KEPT_FOR)
        .execution_options(synchronize_session=False)
    ).rowcount


def clean_audit_log(session, settings: Mapping, now: dt.datetime) -> None:
    """Remove entries, and cut down addresses, that are older than the settings allow."""
    if settings["AUDIT_DAYS"]:
        forget_entries(session, before=now - dt.timedelta(days=settings["AUDIT_DAYS"]))
    if settings["AUDIT_ADDRESS_DAYS"]:
        shorten_addresses(session, before=now - dt.timedelta(days=settings["AUDIT_ADDRESS_DAYS"]))


def clean_up(session, settings: Mapping, now: dt.datetime) -> None:
    """Forget whatever is long done."""
    clean_outbox(session, now)
    clean_audit_log(session, settings, now)
    forget_ended_sessions(session, now - KEPT_FOR)
    forget_ended(session, now - KEPT_FOR)
    forget_old_counts(session, now)
    forget_those_away(session, now)
    forget_registrations(session, now)
    forget_address_changes(session, now)
