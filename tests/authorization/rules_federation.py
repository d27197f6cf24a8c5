"""Rules of the pages of the federation. Visitors of shared events sign in at their own instance."""

from tests.authorization.rules import ADMINS, SIGNED_IN, admit

STAFF_FORM = {"GET": ADMINS, "POST": ADMINS}
NOT_SHARED = admit(refusals=[(403, "")])

FEDERATION_PAGES = {
    "/api/federation/oauth-callback/": {"GET": NOT_SHARED},
    "/events/external/": {"GET": SIGNED_IN},
    "/events/shared/{event_id}/": {"GET": NOT_SHARED},
    "/events/shared/{event_id}/{guest_id}/": {"GET": NOT_SHARED},
    "/events/shared/{event_id}/{guest_id}/sign-out/": {"POST": NOT_SHARED},
    "/settings/federation/": {"GET": ADMINS},
    "/settings/federation/guests/add/": STAFF_FORM,
    "/settings/federation/guests/{guest_id}/delete/": STAFF_FORM,
    "/settings/federation/hosts/add/": STAFF_FORM,
    "/settings/federation/hosts/{host_id}/delete/": STAFF_FORM,
    "/settings/federation/invite/{invite_id}/": {"GET": ADMINS},
    "/settings/federation/invite/{invite_id}/delete/": {"POST": ADMINS},
    "/shifts/shared/{shift_id}/{guest_id}/signup/": {"GET": NOT_SHARED, "POST": NOT_SHARED},
}
