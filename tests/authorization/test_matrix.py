"""Every route with every role: those that its rule admits are not refused, and refused requests change nothing."""

import pytest

from joindin.http.surface_routing import surface_for_path
from tests.authorization.rules_crew import CREW_PAGES
from tests.authorization.rules_ephios import EPHIOS_RULES
from tests.authorization.rules_federation import FEDERATION_PAGES
from tests.authorization.rules_gancio_admin import GANCIO_ADMIN_RULES
from tests.authorization.rules_gancio_events import GANCIO_EVENT_RULES
from tests.authorization.rules_gancio_media import GANCIO_MEDIA_RULES
from tests.authorization.rules_gancio_reads import GANCIO_READ_RULES
from tests.authorization.rules_people import PEOPLE_PAGES
from tests.authorization.rules_planning import PLANNING_PAGES
from tests.authorization.rules_site import SITE_PAGES
from tests.authorization.rules_v2_1 import OTHER_API_RULES, V2_1_RULES
from tests.authorization.rules_web import ACCOUNT_PAGES, DESK_PAGES, OAUTH2_RULES, ORGANISER_PAGES, PUBLIC_PAGES
from tests.authorization.world import ALL_SURFACES, ROLES, Caller, list_routes, make_world

RULES = {
    (method, path): rule
    for table in (
        V2_1_RULES,
        OTHER_API_RULES,
        PUBLIC_PAGES,
        SITE_PAGES,
        ACCOUNT_PAGES,
        DESK_PAGES,
        ORGANISER_PAGES,
        OAUTH2_RULES,
        EPHIOS_RULES,
        FEDERATION_PAGES,
        CREW_PAGES,
        PLANNING_PAGES,
        PEOPLE_PAGES,
        GANCIO_ADMIN_RULES,
        GANCIO_MEDIA_RULES,
        GANCIO_READ_RULES,
        GANCIO_EVENT_RULES,
    )
    for path, methods in table.items()
    for method, rule in methods.items()
}
READS = [route for route in RULES if route[0] == "GET"]
WRITES = [route for route in RULES if route[0] != "GET"]


@pytest.fixture
def callers(app, session, token_for):
    """``callers(world)`` returns a caller for each role, with a session and a token of a sign-in with the password."""

    def make(world):
        users = world.users | {"visitor": None}
        made = {role: Caller(app, user, token=token_for(user) if user else None) for role, user in users.items()}
        session.commit()
        return made

    return make


def text_of(reply):
    """Return the message of an error of v2.1, or the whole body."""
    return reply.data.decode(errors="replace").removeprefix('["')


def is_refused(reply, path, rule):
    sign_in = reply.status_code == 302 and reply.location.startswith("/accounts/login/?next=")
    message = text_of(reply)
    is_listed = any(reply.status_code == status and message.startswith(text) for status, text in rule.refusals)
    return sign_in or is_listed or reply.status_code in (401, 403)


def wrong_roles(callers, roles, path, method, rule):
    wrong = []
    for role in roles:
        reply = callers[role].request(method, path, rule.body)
        if reply.status_code == 500 or is_refused(reply, path, rule) is (role in rule.roles):
            wrong.append((method, path, role, reply.status_code, text_of(reply)[:60]))
    return wrong


def test_every_route_has_a_rule(app):
    assert sorted(RULES) == list_routes(app)


@pytest.mark.slow("a thousand requests: every route that reads for every role")
@pytest.mark.parametrize("surface", ALL_SURFACES)
def test_every_read_admits_its_roles_only(session, callers, count_rows, surface):
    world = make_world(session)
    by_role = callers(world)
    before = count_rows()

    wrong = [
        each
        for method, path in READS
        if surface_for_path(path) == surface
        for each in wrong_roles(by_role, ROLES, world.path(path), method, RULES[method, path])
    ]

    assert wrong == []
    assert count_rows() == before


@pytest.mark.parametrize(("method", "path"), WRITES, ids=[" ".join(route) for route in WRITES])
def test_a_write_admits_its_roles_only_and_a_refused_one_changes_nothing(session, callers, count_rows, method, path):
    rule, world = RULES[method, path], make_world(session)
    by_role = callers(world)
    refused = [role for role in ROLES if role not in rule.roles]
    before = count_rows()

    wrong = wrong_roles(by_role, refused, world.path(path), method, rule)
    after = count_rows()
    # Then those that may change what the others would find.
    wrong += wrong_roles(by_role, [role for role in ROLES if role in rule.roles], world.path(path), method, rule)

    assert wrong == []
    assert after == before
