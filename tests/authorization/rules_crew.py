"""Rules of the crew's pages for volunteers. The event of the world is visible to admins alone: no one else has a permission on it."""

from tests.authorization.rules import ADMINS, EVERYONE, SIGNED_IN, admit

CREW_PAGES = {
    "/crew/": {"GET": EVERYONE},
    "/crew/{event_id}/": {"GET": ADMINS},
    "/crew/shifts/{shift_id}/": {"GET": ADMINS},
    # Redirects browsers, and is unknown to others.
    "/events": {"GET": admit(refusals=[(404, "API version must be specified")])},
    "/events/": {"GET": SIGNED_IN},
    "/events/{event_id}/": {"GET": ADMINS},
    "/events/{event_id}-{slug}/": {"GET": ADMINS},
    "/events/{event_id}/pdf/": {"GET": ADMINS},
    "/events/{event_id}/print/": {"GET": ADMINS},
    "/healthcheck/": {"GET": EVERYONE},
    "/me/shifts/": {"GET": SIGNED_IN},
    # The token in the link is the authorization.
    "/guests/register/{event_id}/{token}/": {"GET": admit(), "POST": admit()},
    "/guests/{access_token}/": {"GET": admit()},
    "/guests/{access_token}/shifts/{shift_id}/signup-action/": {"GET": admit(), "POST": admit()},
    "/shifts/{shift_id}/signup/": {"GET": ADMINS, "POST": ADMINS},
    "/shifts/{shift_id}/waiting-list/": {"GET": ADMINS, "POST": ADMINS},
    "/shifts/{shift_id}/waiting-list/removal/": {"POST": ADMINS},
}
