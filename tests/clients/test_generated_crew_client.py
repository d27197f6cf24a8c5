"""A client generated from the document of the crew's API reads all routes of ephios."""

import contextvars
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from joindin.models.crew import FOR_EVERYONE, STATES, federation_shares
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.crew_factories import (
    grant_qualification,
    make_building_block,
    make_crew_event,
    make_federation_guest,
    make_participation,
    make_participation_comment,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import days_from_now, make_user

PACKAGE = "generated_crew_client"
GUEST_TOKEN = "token-of-the-guest"


@pytest.fixture(scope="module")
def generated(app, tmp_path_factory):
    """``generated(name)`` imports a module of the client."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(app.test_client().get("/api/schema/?format=json").get_data(as_text=True))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    arguments = ["--path", str(document), "--output-path", str(folder / PACKAGE)]
    # The generator formats with the ruff of this environment, which need not be activated.
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    made = subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=folder, env=environment)
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def read(app, session, generated, token_for):
    """``read(user or token, tag, operation, *path)`` returns the JSON of the answer and the model made of it."""

    def reading(holder, tag, operation, *path):
        token = holder if isinstance(holder, str) else token_for(holder)
        session.commit()
        client = generated("client").AuthenticatedClient(
            base_url="http://crew.example.org",
            token=token,
            raise_on_unexpected_status=True,
            httpx_args={"transport": httpx.WSGITransport(app=app)},
        )
        call = generated(f"api.{tag}.{operation}").sync_detailed
        # A context of its own: the test's would keep what a request has loaded.
        reply = contextvars.Context().run(call, *path, client=client)
        assert reply.status_code == 200, (operation, reply.content)
        return json.loads(reply.content), reply.parsed

    return reading


@pytest.fixture
def crew(session):
    """Two people, and an event with participations in every state, shared with a guest, beside one without shifts."""
    manager, volunteer = make_user(session, "mona"), make_user(session, "vera")
    make_profile(session, volunteer)
    grant_permission(session, manager, "view_userprofile", actor=None)
    grant_qualification(session, volunteer, make_qualification(session, includes=[make_qualification(session)]))
    event, without_shifts = (
        make_crew_event(session, seen_by=[volunteer], changed_by=[manager], starts_at=days_from_now(10))
        for _ in range(2)
    )
    shift = make_shift(session, event)
    own = make_participation(session, shift, volunteer)
    make_participation_comment(session, own, text="late", visibility=FOR_EVERYONE)
    for state in STATES:
        make_participation(session, shift, make_user(session), state=state)
        make_participation(session, shift, state=state, placeholder_name="Paula")
    guest = make_federation_guest(session, token=GUEST_TOKEN)
    for each in (event, without_shifts):
        session.execute(federation_shares.insert().values(event_id=each.id, guest_id=guest.id))
    return SimpleNamespace(
        manager=manager, volunteer=volunteer, event=event, without_shifts=without_shifts, shift=shift, own=own
    )


def test_models_accept_the_answers_of_all_routes(session, read, crew):
    volunteer, manager, own = crew.volunteer, crew.manager, crew.own
    block = make_building_block(session)
    calls = [
        (volunteer, "events", "events_list"),
        (volunteer, "events", "events_retrieve", crew.event.id),
        (volunteer, "shifts", "shifts_list"),
        (volunteer, "shifts", "shifts_retrieve", crew.shift.id),
        (manager, "users", "users_list"),
        (manager, "users", "users_retrieve", volunteer.id),
        (volunteer, "users", "users_me_retrieve"),
        (manager, "users", "users_by_email_retrieve", volunteer.email),
        (volunteer, "users", "users_me_participations_list"),
        (volunteer, "users", "users_me_participations_retrieve", own.id),
        (manager, "users", "users_participations_list", volunteer.id),
        (manager, "users", "users_participations_retrieve", volunteer.id, own.id),
        (volunteer, "participations", "participations_list"),
        (volunteer, "participations", "participations_retrieve", own.id),
        (manager, "participations_userinfo", "participations_userinfo_list"),
        (manager, "participations_userinfo", "participations_userinfo_retrieve", own.id),
        (volunteer, "buildingblocks", "buildingblocks_list"),
        (volunteer, "buildingblocks", "buildingblocks_retrieve", block.id),
        (GUEST_TOKEN, "federation", "federation_events_list"),
    ]

    for call in calls:
        answer, parsed = read(*call)
        assert answer.get("count") != 0, call
        # Models write what they have read: nothing is lost or converted.
        assert parsed.to_dict() == answer, call


def test_participations_of_every_state_have_a_value_and_a_label(read, crew):
    _, parsed = read(crew.manager, "participations_userinfo", "participations_userinfo_list")

    assert {row.state.value.value for row in parsed.results} == set(STATES)
    assert {row.user for row in parsed.results} >= {None, crew.volunteer.id}


@pytest.mark.parametrize(
    ("tag", "operation", "by"),
    [("events", "events_list", "volunteer"), ("federation", "federation_events_list", "guest")],
)
def test_event_without_shifts_has_no_times(read, crew, tag, operation, by):
    _, parsed = read(GUEST_TOKEN if by == "guest" else crew.volunteer, tag, operation)

    times = {row.id: (row.start_time, row.end_time) for row in parsed.results}
    assert times == {
        crew.event.id: (crew.shift.starts_at, crew.shift.ends_at),
        crew.without_shifts.id: (None, None),
    }
