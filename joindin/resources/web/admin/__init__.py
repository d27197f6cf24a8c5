"""Administration pages below ``/desk/`` for admins, editors, moderators and hosts; each sees the tasks of their role.

The API offers the same actions and calls the same operations. A submitted form redirects (303) to a page with a message
about the result, also when another user has decided first.
"""

from joindin.resources.web.admin import (
    audit_log,
    claims,
    comment_reports,
    events,
    groups,
    overview,
    rejection_reasons,
    users,
)
from joindin.resources.web.admin.common import blp

__all__ = [
    "audit_log",
    "blp",
    "claims",
    "comment_reports",
    "events",
    "groups",
    "overview",
    "rejection_reasons",
    "users",
]
