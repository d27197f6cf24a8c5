"""Rules of the ephios API (contract, section 5). Which events and participations are shown depends on permissions on them."""

from tests.authorization.rules import ADMINS, EVERYONE, SIGNED_IN, admit

SIGNED_IN_READS = {"GET": SIGNED_IN}
# Admins have every permission; others need the permission to view all profiles.
PROFILE_READS = {"GET": ADMINS}
# Tokens of federation guests have no user.
FEDERATION_GUESTS = {"GET": admit()}

EPHIOS_RULES = {
    "/api/": SIGNED_IN_READS,
    "/api/buildingblocks/": SIGNED_IN_READS,
    "/api/buildingblocks/{pk}/": SIGNED_IN_READS,
    "/api/events/": SIGNED_IN_READS,
    "/api/events/{pk}/": SIGNED_IN_READS,
    "/api/federation/events/": FEDERATION_GUESTS,
    "/api/federation/guest/delete/": {"DELETE": admit()},
    # The invite code is the credential.
    "/api/federation/setup/": {"POST": EVERYONE},
    "/api/participations-userinfo/": PROFILE_READS,
    "/api/participations-userinfo/{pk}/": PROFILE_READS,
    "/api/participations/": SIGNED_IN_READS,
    "/api/participations/{pk}/": SIGNED_IN_READS,
    "/api/schema/": {"GET": EVERYONE},
    "/api/schema/swagger-ui/": {"GET": EVERYONE},
    "/api/shifts/": SIGNED_IN_READS,
    "/api/shifts/{pk}/": SIGNED_IN_READS,
    # Whether the caller sees the shift, or may change the event, is decided by permissions on it.
    "/api/shifts/{pk}/signup/": dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), SIGNED_IN),
    "/api/shifts/{pk}/waiting-list/": dict.fromkeys(("POST", "DELETE"), SIGNED_IN),
    "/api/planning/events/": {"POST": ADMINS},
    "/api/planning/events/{pk}/": dict.fromkeys(("PATCH", "DELETE"), SIGNED_IN),
    "/api/planning/events/{pk}/copy/": {"POST": ADMINS},
    "/api/planning/events/{pk}/shifts/": {"POST": SIGNED_IN},
    "/api/planning/events/{pk}/crew/": {"POST": ADMINS},
    "/api/planning/events/{pk}/shifts-from-programme/": dict.fromkeys(("GET", "POST"), SIGNED_IN),
    "/api/planning/shifts/{pk}/programme/": {"DELETE": SIGNED_IN},
    "/api/planning/shifts/{pk}/": dict.fromkeys(("PATCH", "DELETE"), SIGNED_IN),
    "/api/planning/shifts/{pk}/copy/": {"POST": SIGNED_IN},
    "/api/planning/shifts/{pk}/disposition/": dict.fromkeys(("POST", "PATCH"), SIGNED_IN),
    "/api/planning/users/{pk}/qualifications/": {"GET": ADMINS},
    "/api/planning/users/{pk}/qualifications/{uuid}/": dict.fromkeys(("PUT", "DELETE"), ADMINS),
    "/api/consequences/": SIGNED_IN_READS,
    # Which consequences the caller may decide about depends on permissions on groups, users and events.
    "/api/consequences/{pk}/": {"POST": SIGNED_IN},
    "/api/users/me/consequences/": SIGNED_IN_READS,
    "/api/users/me/working-hours/": dict.fromkeys(("GET", "POST"), SIGNED_IN),
    "/api/users/": PROFILE_READS,
    "/api/users/by_email/{email}/": PROFILE_READS,
    "/api/users/me/": SIGNED_IN_READS,
    "/api/users/me/calendar/": dict.fromkeys(("POST", "DELETE"), SIGNED_IN),
    "/api/users/me/participations/": SIGNED_IN_READS,
    "/api/users/me/participations/{pk}/": SIGNED_IN_READS,
    "/api/users/me/shifts-export/": dict.fromkeys(("POST", "DELETE"), SIGNED_IN),
    "/api/users/{pk}/": PROFILE_READS,
    "/api/users/{user_id}/participations/": PROFILE_READS,
    "/api/users/{user_id}/participations/{pk}/": PROFILE_READS,
}
