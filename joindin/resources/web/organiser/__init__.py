"""Pages of organisers: submitting an event, and below ``/event/{slug}/manage/`` all that its hosts change.

Hosts and admins see the pages of an event in any state; others get a page that says who may see them. A form that was sent
redirects (303) to a page with a message. Values that another person changed meanwhile are shown beside one's own (409).
"""

from joindin.resources.web.organiser import (
    claims,
    comments,
    details,
    feedback,
    feedback_exports,
    former_addresses,
    overview,
    people,
    programme_parts,
    qr_sheets,
    resubmission,
    rooms,
    settings,
    submission,
    talk_removal,
    talks,
    tracks,
)
from joindin.resources.web.organiser.common import blp

__all__ = [
    "blp",
    "claims",
    "comments",
    "details",
    "feedback",
    "feedback_exports",
    "former_addresses",
    "overview",
    "people",
    "programme_parts",
    "qr_sheets",
    "resubmission",
    "rooms",
    "settings",
    "submission",
    "talk_removal",
    "talks",
    "tracks",
]
