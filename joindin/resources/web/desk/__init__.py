"""The desk: pages for those who look after the house, each of whom sees what is theirs to decide.

Whatever a page does, the API does too; both call the same operations. Every form is sent once and
leads on to a page (303), which says what was done or that somebody else was faster.
"""

from joindin.resources.web.desk import audit, claims, events, groups, overview, reasons, reports, users
from joindin.resources.web.desk.guards import blp

__all__ = ["audit", "blp", "claims", "events", "groups", "overview", "reasons", "reports", "users"]
