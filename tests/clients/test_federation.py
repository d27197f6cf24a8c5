"""Two live instances of ours: invite, handshake, sign-up of a user of the guest, and the end of the federation."""

import re

import pytest

from joindin.extensions import db
from joindin.models.crew import FederatedUser, FederationGuest, FederationHost, Participation
from joindin.operations.crew.federation.shares import share_event_with_guests
from tests.browser_client import make_user_with_password
from tests.crew_factories import make_crew_event, make_shift
from tests.federated_instances import Person, instance

pytestmark = [
    pytest.mark.slow("starts two servers"),
    pytest.mark.runs_once("the instances have databases of their own"),
]


def rows(app, model):
    with app.app_context():
        return db.session.query(model).all()


def test_two_instances_federate(tmp_path):
    with instance(tmp_path, "Host") as (host, host_app), instance(tmp_path, "Guest") as (guest, guest_app):
        staff = Person().sign_in(host, "staff").sign_in(guest, "staff")
        page = staff.send(f"{host}/settings/federation/guests/add/", url=guest).text
        code = re.search(r"<code class=\"?secret\"?>([^<]+)", page)[1]
        assert (
            "Your users now see events of Host."
            in staff.send(f"{guest}/settings/federation/hosts/add/", code=code).text
        )
        with host_app.app_context():
            event = make_crew_event(db.session, "Street fair")
            shift_id, event_id = make_shift(db.session, event).id, event.id
            guest_id = db.session.query(FederationGuest.id).scalar()
            planner = make_user_with_password(db.session, "planner")
            share_event_with_guests(db.session, event_id, [guest_id], actor=planner)
            db.session.commit()
        with guest_app.app_context():
            make_user_with_password(db.session, "fay", full_name="Fay Federated")
            db.session.commit()

        fay = Person().sign_in(guest, "fay")
        listed = fay.get(f"{guest}/events/external/").text
        link = f"{host}/events/shared/{event_id}/{guest_id}/"
        assert ("Street fair" in listed, link in listed) == (True, True)
        consent = fay.get(link)
        assert consent.url.startswith(f"{guest}/api/oauth/authorize/")
        shown = fay.send(consent.url, allow="Authorize")
        assert (shown.url, "Fay Federated of Guest" in shown.text) == (link, True)
        signup = f"{host}/shifts/shared/{shift_id}/{guest_id}/signup/"
        done = fay.send(signup, page=link, signup_choice="sign_up", quick_action="1")

        assert "You have successfully signed up" in done.text
        (person,), (stored,) = rows(host_app, FederatedUser), rows(host_app, Participation)
        assert (person.display_name, person.email) == ("Fay Federated", "fay@example.org")
        assert (stored.federated_user_id, stored.state) == (person.id, 1)

        staff.send(f"{host}/settings/federation/guests/{guest_id}/delete/")

        assert rows(host_app, FederationGuest) == rows(host_app, FederatedUser) == rows(host_app, Participation) == []
        assert fay.get(link).status_code == 403
        assert "Host no longer shares events" in fay.get(f"{guest}/events/external/").text
        assert rows(guest_app, FederationHost) == []
        replayed = staff.send(f"{guest}/settings/federation/hosts/add/", code=code)
        assert "does not know this invite code" in replayed.text
