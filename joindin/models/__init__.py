"""Database tables, one concept a file.

A model states columns, constraints, relations and what follows from one row alone. It runs no queries and does
not know the current user. Importing this package registers every table with the metadata, as migrations require.
Relations are ``lazy="raise_on_sql"``: queries state what they load.
"""

from joindin.models import crew
from joindin.models.agenda.anonymous_submissions import AnonymousSubmission
from joindin.models.agenda.cities import City
from joindin.models.agenda.collections import Collection, CollectionFilter
from joindin.models.agenda.departed import Departed, DepartedTalk, DepartedTalkReader
from joindin.models.agenda.event_aliases import EventAlias
from joindin.models.agenda.event_series import EventSeries
from joindin.models.agenda.flyers import EventFlyer
from joindin.models.agenda.moderation_messages import ModerationMessage
from joindin.models.agenda.places import ONLINE, Place
from joindin.models.agenda.programme_changes import ProgrammeChange
from joindin.models.agenda.site_settings import SiteSetting
from joindin.models.agenda.site_texts import Announcement, SitePage
from joindin.models.agenda.tags import Tag, event_tags
from joindin.models.agenda.venue_plans import EventVenuePlan
from joindin.models.attendance import Attendance
from joindin.models.audit import AuditEntry
from joindin.models.clients import GANCIO, GANCIO_CLIENT_KEY, OAUTH2, Client
from joindin.models.comments import (
    MAX_AUTHOR_NAME_LENGTH,
    MAX_REPORT_NOTE_LENGTH,
    REPORT_REASONS,
    EventComment,
    EventCommentReport,
)
from joindin.models.devices import Device, DeviceStar
from joindin.models.event_settings import EventSettings
from joindin.models.event_sources import EventSource
from joindin.models.events import (
    CANCELLED,
    DAY_STARTS_AT,
    POSTPONED,
    SCHEDULED,
    TENTATIVE,
    Event,
    EventContact,
    EventHost,
    EventImage,
)
from joindin.models.external_identities import CONFIRM, CONNECT, SIGN_IN, ExternalIdentity, ExternalSignIn
from joindin.models.former_slugs import EventSlug, TalkSlug
from joindin.models.groups import EFFECTIVE_PERMISSIONS, PERMISSIONS, PRESETS, GrantedPermission, Group, GroupMember
from joindin.models.import_origins import ImportOrigin
from joindin.models.import_progress import ImportProgress, ImportRowNote
from joindin.models.languages import Language, TalkType
from joindin.models.mail_opt_outs import TOPIC_BY_MAIL_KIND, TOPICS, MailOptOut
from joindin.models.outbox import Mail
from joindin.models.pending_confirmations import (
    ACCEPTED,
    DECLINED,
    EMAIL_CHANGE_TTL,
    INVITATION_TTL,
    OPEN_INVITATION,
    WITHDRAWN,
    EmailChange,
    FormerEmail,
    Invitation,
    Registration,
)
from joindin.models.personal.schedule_addresses import ScheduleAddress
from joindin.models.rate_limits import RateLimitCounter
from joindin.models.read_models import BucketCount, HotEvent, ListedEvent, ListedTag, PendingBucketCount
from joindin.models.rejection_reasons import RejectionReason
from joindin.models.rooms import Room
from joindin.models.second_factors import Authenticator, Passkey, RecoveryCode
from joindin.models.sessions import BrowserSession
from joindin.models.talk_comments import TalkComment, TalkCommentReport
from joindin.models.talk_ratings import TalkRating, TalkRatingNetwork
from joindin.models.talks import (
    CANCELLED_TALK,
    CONFIRMED_TALK,
    LINK_TYPES,
    OPEN_CLAIM,
    TALK_LEVELS,
    TENTATIVE_TALK,
    Talk,
    TalkClaim,
    TalkLink,
    TalkSpeaker,
    TalkStar,
)
from joindin.models.tokens import FEDERATION, PASSWORD, PERSONAL, AccessToken, Consent, Grant, RefreshToken
from joindin.models.tracks import Track, talk_tracks
from joindin.models.users import EmailVerification, PasswordReset, User

__all__ = [
    "ACCEPTED",
    "CANCELLED",
    "CANCELLED_TALK",
    "CONFIRM",
    "CONFIRMED_TALK",
    "CONNECT",
    "DAY_STARTS_AT",
    "DECLINED",
    "EFFECTIVE_PERMISSIONS",
    "EMAIL_CHANGE_TTL",
    "FEDERATION",
    "GANCIO",
    "GANCIO_CLIENT_KEY",
    "INVITATION_TTL",
    "LINK_TYPES",
    "MAX_AUTHOR_NAME_LENGTH",
    "MAX_REPORT_NOTE_LENGTH",
    "OAUTH2",
    "ONLINE",
    "OPEN_CLAIM",
    "OPEN_INVITATION",
    "PASSWORD",
    "PERMISSIONS",
    "PERSONAL",
    "POSTPONED",
    "PRESETS",
    "REPORT_REASONS",
    "SCHEDULED",
    "SIGN_IN",
    "TALK_LEVELS",
    "TENTATIVE",
    "TENTATIVE_TALK",
    "TOPICS",
    "TOPIC_BY_MAIL_KIND",
    "WITHDRAWN",
    "AccessToken",
    "Announcement",
    "AnonymousSubmission",
    "Attendance",
    "AuditEntry",
    "Authenticator",
    "BrowserSession",
    "BucketCount",
    "City",
    "Client",
    "Collection",
    "CollectionFilter",
    "Consent",
    "Departed",
    "DepartedTalk",
    "DepartedTalkReader",
    "Device",
    "DeviceStar",
    "EmailChange",
    "EmailVerification",
    "Event",
    "EventAlias",
    "EventComment",
    "EventCommentReport",
    "EventContact",
    "EventFlyer",
    "EventHost",
    "EventImage",
    "EventSeries",
    "EventSettings",
    "EventSlug",
    "EventSource",
    "EventVenuePlan",
    "ExternalIdentity",
    "ExternalSignIn",
    "FormerEmail",
    "Grant",
    "GrantedPermission",
    "Group",
    "GroupMember",
    "HotEvent",
    "ImportOrigin",
    "ImportProgress",
    "ImportRowNote",
    "Invitation",
    "Language",
    "ListedEvent",
    "ListedTag",
    "Mail",
    "MailOptOut",
    "ModerationMessage",
    "Passkey",
    "PasswordReset",
    "PendingBucketCount",
    "Place",
    "ProgrammeChange",
    "RateLimitCounter",
    "RecoveryCode",
    "RefreshToken",
    "Registration",
    "RejectionReason",
    "Room",
    "ScheduleAddress",
    "SitePage",
    "SiteSetting",
    "Tag",
    "Talk",
    "TalkClaim",
    "TalkComment",
    "TalkCommentReport",
    "TalkLink",
    "TalkRating",
    "TalkRatingNetwork",
    "TalkSlug",
    "TalkSpeaker",
    "TalkStar",
    "TalkType",
    "Track",
    "User",
    "crew",
    "event_tags",
    "talk_tracks",
]
