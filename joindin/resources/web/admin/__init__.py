"""The desk: pages for those who look after the house, each of whom sees what is theirs to decide.

Whatever a page does, the API does too; both call the same operations. Every form is sent once and
leads on to a page (303), which says what was done or that somebody else was faster.
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
