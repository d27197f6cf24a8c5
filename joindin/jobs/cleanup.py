"""Deletion of expired rows, such as sent mails, audit entries, sessions, grants, rate limits and rows of the crew, and of old files."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, func

from joindin.models import Departed, DepartedTalk, Mail
from joindin.operations.accounts.external_sign_in import purge_expired_sign_ins
from joindin.operations.accounts.oauth_grants import purge_expired_grants
from joindin.operations.accounts.pending_confirmations import purge_expired_confirmations
from joindin.operations.accounts.sessions import purge_expired_sessions
from joindin.operations.agenda.cards import purge_cards
from joindin.operations.audit import anonymise_ip_addresses, purge_entries
from joindin.operations.crew.federation.invites import purge_expired_invites
from joindin.operations.crew.federation.users import purge_expired_federated_sessions
from joindin.operations.crew.purges import purge_crew_rows
from joindin.operations.devices import purge_unused_devices
from joindin.operations.feedback.rating_networks import purge_networks
from joindin.operations.organiser.invitations import purge_expired_invitations
from joindin.operations.rate_limits import purge_expired_rate_limits

RETENTION = dt.timedelta(days=30)


def purge_outbox(session, now: dt.datetime) -> int:
    """Delete mails that were sent or abandoned before the retention time. Return their number. Waiting mails are kept."""
    return session.execute(
        delete(Mail)
        .where(Mail.due_at.is_(None), func.coalesce(Mail.sent_at, Mail.created_at) < now - RETENTION)
        .execution_options(synchronize_session=False)
    ).rowcount


def purge_departed(session, now: dt.datetime) -> None:
    """Delete the traces of removed events and talks, which calendars have had time to read."""
    for model in (Departed, DepartedTalk):
        session.execute(
            delete(model).where(model.gone_at < now - RETENTION).execution_options(synchronize_session=False)
        )


def purge_audit_log(session, settings: Mapping, now: dt.datetime) -> None:
    """Delete entries and shorten IP addresses that are older than the settings allow."""
    if settings["AUDIT_DAYS"]:
        purge_entries(session, before=now - dt.timedelta(days=settings["AUDIT_DAYS"]))
    if settings["AUDIT_ADDRESS_DAYS"]:
        anonymise_ip_addresses(session, before=now - dt.timedelta(days=settings["AUDIT_ADDRESS_DAYS"]))


def purge_expired(session, settings: Mapping, now: dt.datetime) -> None:
    """Delete everything that has expired. The caller commits."""
    purge_outbox(session, now)
    purge_departed(session, now)
    purge_audit_log(session, settings, now)
    purge_expired_sessions(session, now - RETENTION)
    purge_expired_grants(session, now - RETENTION)
    purge_expired_rate_limits(session, now)
    purge_expired_sign_ins(session, now)
    purge_expired_confirmations(session, now)
    purge_expired_invites(session, now - RETENTION)
    purge_expired_invitations(session, now, ended_before=now - RETENTION)
    purge_expired_federated_sessions(session, now)
    purge_crew_rows(session, now)
    purge_unused_devices(session, now)
    purge_networks(session, now)
    purge_cards(settings["MEDIA_DIR"], now)
