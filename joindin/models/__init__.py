"""What we remember: one file a concept, tables and the few words they have about themselves.

Nothing here asks questions of the database or knows who is looking; queries and operations do.
Importing this package knows every table, which migrations rely on.
"""

from joindin.models.attendance import Attendance
from joindin.models.clients import AccessToken, Client
from joindin.models.comments import EventComment, EventCommentReport
from joindin.models.events import Event, EventHost, EventImage, Tag, event_tags
from joindin.models.outbox import Mail
from joindin.models.users import EmailVerification, PasswordReset, User

__all__ = [
    "AccessToken",
    "Attendance",
    "Client",
    "EmailVerification",
    "Event",
    "EventComment",
    "EventCommentReport",
    "EventHost",
    "EventImage",
    "Mail",
    "PasswordReset",
    "Tag",
    "User",
    "event_tags",
]
