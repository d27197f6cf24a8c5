"""Notifications of the crew: their types, and those in the list of a user.

The mail of a notification is a row of the outbox, written in the same transaction.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db

# The kind of their mails in the outbox. The type is in the context.
CREW_MAIL = "crew_notification"

# Ways to send a notification: by mail, which has the contract's name, and in the list on the site.
BY_MAIL, IN_LIST = "ephios_backend_email", "joindin_backend_list"

# Slugs of types: those of the contract (spec 17), then those that it lacks.
STATE_CHANGED = "ephios_participation_state_changed"
TIMES_CHANGED = "ephios_participation_customized"
AWAITS_DISPOSITION = "ephios_participation_awaits_disposition"
RESPONSIBLE_STATE_CHANGED = "ephios_participation_responsible_state_changed"
RESPONSIBLE_DECLINED = "ephios_participation_responsible_confirmed_declined"
RESPONSIBLE_TIMES_CHANGED = "ephios_participation_responsible_confirmed_customized"
PROFILE_UPDATE = "ephios_profile_update"
NEW_PROFILE = "ephios_new_profile"
MASS_MESSAGE = "ephios_generic_mass"
EVENT_MESSAGE = "ephios_custom_event_notification"
CONSEQUENCE_APPROVED, CONSEQUENCE_DENIED = "ephios_consequence_approved", "ephios_consequence_denied"
GUEST_SIGNUP = "guests_signup"
SHIFT_REMINDER = "joindin_shift_reminder"
SHIFT_MOVED, SHIFT_CANCELLED = "joindin_shift_moved", "joindin_shift_cancelled"
EVENT_CHANGED, EVENT_CANCELLED = "joindin_event_changed", "joindin_event_cancelled"
QUALIFICATION_EXPIRES = "joindin_qualification_expires"


@dataclass(frozen=True)
class NotificationType:
    """``about`` completes "mails about …". Mandatory ones cannot be switched off."""

    about: str
    is_mandatory: bool = False


NOTIFICATION_TYPES = {
    STATE_CHANGED: NotificationType("decisions about your participations"),
    TIMES_CHANGED: NotificationType("new times of your participations"),
    SHIFT_REMINDER: NotificationType("shifts that begin soon"),
    SHIFT_MOVED: NotificationType("shifts of yours that move"),
    SHIFT_CANCELLED: NotificationType("shifts of yours that are cancelled"),
    EVENT_CHANGED: NotificationType("changes of events in which you help"),
    EVENT_CANCELLED: NotificationType("cancelled events in which you would have helped"),
    QUALIFICATION_EXPIRES: NotificationType("qualifications of yours that expire"),
    CONSEQUENCE_APPROVED: NotificationType("working hours and qualifications that were approved"),
    CONSEQUENCE_DENIED: NotificationType("working hours and qualifications that were denied"),
    PROFILE_UPDATE: NotificationType("changes of your profile by others"),
    AWAITS_DISPOSITION: NotificationType("requests that wait for your decision"),
    RESPONSIBLE_STATE_CHANGED: NotificationType("people who sign up for your events"),
    RESPONSIBLE_DECLINED: NotificationType("confirmed people who withdraw from your events"),
    RESPONSIBLE_TIMES_CHANGED: NotificationType("people who change their times at your events"),
    EVENT_MESSAGE: NotificationType("messages to the participants of an event", is_mandatory=True),
    MASS_MESSAGE: NotificationType("messages of the organisers", is_mandatory=True),
    NEW_PROFILE: NotificationType("your new account", is_mandatory=True),
    GUEST_SIGNUP: NotificationType("your registration as a guest", is_mandatory=True),
}


class CrewNotification(db.Model):
    """``data`` has the facts of that time, so that a notification stays readable after the event is gone.

    ``is_listed`` is false if the user wants this type by mail only. The row then shows whether the mail was read.
    """

    __tablename__ = "crew_notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict] = mapped_column(JSON, default=dict)
    is_listed: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_crew_notifications_user_id", "user_id", "id"),
        Index("ix_crew_notifications_created_at", "created_at"),
    )
