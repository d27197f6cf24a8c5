"""Database tables, one concept a file.

A model states columns, constraints, relations and what follows from one row alone. It runs no queries and does
not know the current user. Importing this package registers every table with the metadata, as migrations require.
Relations are ``lazy="raise_on_sql"``: queries state what they load.
"""

from joindin.models.attendance import Attendance
from joindin.models.audit import AuditEntry
from joindin.models.clients import GANCIO, GANCIO_CLIENT_KEY, OAUTH2, Client
from joindin.models.comments import MAX_AUTHOR_NAME_LENGTH, EventComment, EventCommentReport
from joindin.models.event_sources import EventSource
from joindin.models.events import Event, EventContact, EventHost, EventImage, Tag, event_tags
from joindin.models.external_identities import CONFIRM, CONNECT, SIGN_IN, ExternalIdentity, ExternalSignIn
from joindin.models.groups import EFFECTIVE_PERMISSIONS, PERMISSIONS, PRESETS, GrantedPermission, Group, GroupMember
from joindin.models.import_progress import ImportProgress, ImportRowNote
from joindin.models.languages import Language, TalkType
from joindin.models.mail_opt_outs import TOPIC_BY_MAIL_KIND, TOPICS, MailOptOut
from joindin.models.outbox import Mail
from joindin.models.pending_confirmations import EMAIL_CHANGE_TTL, EmailChange, FormerEmail, Registration
from joindin.models.rate_limits import RateLimitCounter
from joindin.models.read_models import BucketCount, HotEvent, ListedEvent, ListedTag, PendingBucketCount
from joindin.models.rejection_reasons import RejectionReason
from joindin.models.second_factors import Authenticator, Passkey, RecoveryCode
from joindin.models.sessions import BrowserSession
from joindin.models.talk_comments import TalkComment, TalkCommentReport
from joindin.models.talks import LINK_TYPES, OPEN_CLAIM, Talk, TalkClaim, TalkLink, TalkSpeaker, TalkStar
from joindin.models.tokens import PASSWORD, PERSONAL, AccessToken, Consent, Grant, RefreshToken
from joindin.models.tracks import Track, talk_tracks
from joindin.models.users import EmailVerification, PasswordReset, User

__all__ = [
    "CONFIRM",
    "CONNECT",
    "EFFECTIVE_PERMISSIONS",
    "EMAIL_CHANGE_TTL",
    "GANCIO",
    "GANCIO_CLIENT_KEY",
    "LINK_TYPES",
    "MAX_AUTHOR_NAME_LENGTH",
    "OAUTH2",
    "OPEN_CLAIM",
    "PASSWORD",
    "PERMISSIONS",
    "PERSONAL",
    "PRESETS",
    "SIGN_IN",
    "TOPICS",
    "TOPIC_BY_MAIL_KIND",
    "AccessToken",
    "Attendance",
    "AuditEntry",
    "Authenticator",
    "BrowserSession",
    "BucketCount",
    "Client",
    "Consent",
    "EmailChange",
    "EmailVerification",
    "Event",
    "EventComment",
    "EventCommentReport",
    "EventContact",
    "EventHost",
    "EventImage",
    "EventSource",
    "ExternalIdentity",
    "ExternalSignIn",
    "FormerEmail",
    "Grant",
    "GrantedPermission",
    "Group",
    "GroupMember",
    "HotEvent",
    "ImportProgress",
    "ImportRowNote",
    "Language",
    "ListedEvent",
    "ListedTag",
    "Mail",
    "MailOptOut",
    "Passkey",
    "PasswordReset",
    "PendingBucketCount",
    "RateLimitCounter",
    "RecoveryCode",
    "RefreshToken",
    "Registration",
    "RejectionReason",
    "Tag",
    "Talk",
    "TalkClaim",
    "TalkComment",
    "TalkCommentReport",
    "TalkLink",
    "TalkSpeaker",
    "TalkStar",
    "TalkType",
    "Track",
    "User",
    "event_tags",
    "talk_tracks",
]
