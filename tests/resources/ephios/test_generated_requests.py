"""Requests that Schemathesis generates from the document of the crew's API are answered as it says."""

from types import SimpleNamespace

import pytest

from joindin.operations.accounts.granted_permissions import grant_permission
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import make_client, make_user
from tests.resources.docs.schema_fuzzing import fuzz_document
from tests.resources.docs.test_generated_requests import CASES, SEED, describe

# Not whether invalid parameters are refused: the contract ignores most of them, and its answers to invalid credentials and
# methods depend on more than the document can say.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
MANAGER_PERMISSIONS = ("view_userprofile", "view_event", "add_event", "change_event", "delete_event")


def make_crew(session):
    """Store an event with shifts of each structure, with a participation of everyone."""
    users = {
        name: make_user(session, is_admin=name == "admin") for name in ("admin", "manager", "planner", "volunteer")
    }
    for permission in MANAGER_PERMISSIONS:
        grant_permission(session, users["manager"], permission, actor=None)
    event = make_crew_event(session, seen_by=[users["volunteer"]], changed_by=[users["planner"]])
    for structure in ("uniform", "named_teams", "qualification_mix", "complex"):
        shift = make_shift(session, event, structure=structure)
        for user in users.values():
            make_participation(session, shift, user)
    grant_qualification(session, users["volunteer"], make_qualification(session))
    return SimpleNamespace(users=users, client=make_client(session))


@pytest.mark.slow("sends hundreds of generated requests")
@pytest.mark.runs_once("the statuses and forms of answers do not depend on the database")
@pytest.mark.parametrize("caller", ["visitor", "volunteer", "planner", "manager", "admin"])
def test_generated_requests_are_answered_as_documented(app, session, caller):
    *findings, sent = fuzz_document(
        app, caller, cases=CASES, seed=SEED, path="/api/schema/?format=json", make_data=make_crew, checks=CHECKS
    )

    assert not findings, "\n\n".join(map(describe, findings[:20]))
    assert sent >= CASES
