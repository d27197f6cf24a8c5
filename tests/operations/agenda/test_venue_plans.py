"""Venue plans of events: their rows and files."""

import pytest
from PIL import Image

from joindin.models import EventVenuePlan
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.event_copies import copy_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.venue_plans import PLAN_WIDTH_PX, VenuePlanChange, change_venue_plan
from joindin.utils.images.flyers import process_flyer
from joindin.utils.media.local_folder import LocalFolder
from tests.factories import days_from_now, make_user
from tests.utils.images.image_files import encode, make_image

pytestmark = pytest.mark.usefixtures("app")

PLAN = process_flyer(encode(make_image(size=(600, 300))), max_width=PLAN_WIDTH_PX)


@pytest.fixture
def change(session, event, tmp_path):
    """Change the plan of an event in a transaction of its own."""

    def change(each=event, **fields):
        with FlyerStore(LocalFolder(tmp_path)) as files:
            change_venue_plan(session, each, VenuePlanChange(**fields), files)
            session.commit()
        return session.get(EventVenuePlan, each.id)

    return change


@pytest.fixture
def stored(tmp_path):
    return lambda: sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.jpg"))


def files_of(plan):
    return [f"flyers/{plan.file}", f"flyers/thumb/{plan.file}"]


def copy(session, event):
    starts_at = days_from_now(30)
    copied = copy_event(session, event, starts_at=starts_at, ends_at=starts_at)
    session.commit()
    return copied


def test_a_plan_is_stored_with_its_thumbnail(session, event, change, stored, tmp_path):
    version = event.version

    plan = change(plan=PLAN, alt_text="Hall A is upstairs")

    assert (plan.width, plan.height, plan.alt_text) == (600, 300, "Hall A is upstairs")
    assert stored() == files_of(plan)
    assert Image.open(tmp_path / "flyers/thumb" / plan.file).size == (500, 250)
    session.refresh(event)
    assert event.version == version + 1


def test_a_large_plan_keeps_more_pixels_than_a_flyer():
    content = encode(make_image(size=(3000, 60)))

    assert (process_flyer(content, max_width=PLAN_WIDTH_PX).width, process_flyer(content).width) == (2400, 1200)


def test_another_plan_replaces_the_first_and_its_files(change, stored):
    first = change(plan=PLAN, alt_text="Old").file

    plan = change(plan=PLAN, alt_text="New")

    assert (plan.alt_text, stored()) == ("New", files_of(plan))
    assert plan.file != first


def test_a_new_text_keeps_the_files(change, stored):
    file = change(plan=PLAN, alt_text="Old").file

    plan = change(alt_text="New")

    assert (plan.file, plan.alt_text, stored()) == (file, "New", files_of(plan))


def test_a_removed_plan_leaves_nothing(change, stored):
    change(plan=PLAN, alt_text="Old")

    assert (change(is_removed=True), stored()) == (None, [])
    assert (change(is_removed=True), change(alt_text="New"), stored()) == (None, None, [])


def test_nothing_stays_of_a_plan_whose_transaction_fails(session, event, stored, tmp_path):
    def fail():
        with FlyerStore(LocalFolder(tmp_path)) as files:
            change_venue_plan(session, event, VenuePlanChange(PLAN, "Hall"), files)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    session.rollback()

    assert (session.get(EventVenuePlan, event.id), stored()) == (None, [])


def test_a_copy_shares_the_files_until_the_last_event_is_deleted(session, event, change, stored, tmp_path):
    plan = change(plan=PLAN, alt_text="Hall A is upstairs")
    files, admin, copied = files_of(plan), make_user(session, is_admin=True), copy(session, event)
    shared = session.get(EventVenuePlan, copied.id)
    assert (shared.file, shared.width, shared.height, shared.alt_text) == (plan.file, 600, 300, "Hall A is upstairs")

    for event_id, left in ((event.id, files), (copied.id, [])):
        with FlyerStore(LocalFolder(tmp_path)) as store:
            delete_event(session, event_id, actor=admin, files=store)
            session.commit()
        assert stored() == left
    assert session.query(EventVenuePlan).count() == 0


def test_another_plan_of_a_copy_keeps_that_of_the_source(session, event, change, stored):
    plan = change(plan=PLAN, alt_text="Old")
    copied = copy(session, event)

    own = change(copied, plan=PLAN, alt_text="New")

    assert stored() == sorted(files_of(plan) + files_of(own))
    assert session.get(EventVenuePlan, event.id).alt_text == "Old"
