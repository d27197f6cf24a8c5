"""Privileged operations on accounts of the agenda, on secret addresses of schedules, and on the site: rows of the table in ``test_audit.py``."""

import datetime as dt

from joindin.models import Announcement, Collection, CollectionFilter, ScheduleAddress, SitePage, Tag
from joindin.operations.accounts.activation import create_active_user, edit_account
from joindin.operations.accounts.passwords import set_password_as_admin
from joindin.operations.agenda.collections import (
    add_collection,
    add_filter,
    delete_collection,
    delete_filter,
    edit_filter,
    move_collection_up,
    toggle_collection,
)
from joindin.operations.agenda.places import edit_place
from joindin.operations.agenda.series_dates import restore_date, skip_date
from joindin.operations.agenda.site_settings import set_site_setting, store_site_setting
from joindin.operations.agenda.site_texts import (
    add_announcement,
    add_site_page,
    delete_announcement,
    delete_site_page,
    edit_announcement,
    edit_site_page,
)
from joindin.operations.agenda.smtp_settings import store_smtp_server
from joindin.operations.agenda.tags import delete_tag, rename_tag
from joindin.operations.personal.schedule_addresses import (
    create_calendar_address,
    revoke_schedule_address,
    share_schedule,
    unshare_schedule,
)
from joindin.utils.smtp_client import SmtpServer
from tests.agenda_series import NOW as SERIES_NOW
from tests.agenda_series import make_series
from tests.factories import NOW, make_place

SUNDAY = dt.date(2033, 3, 27)


def added(session, row):
    session.add(row)
    session.flush()
    return row.id


def announcement(session):
    return added(session, Announcement(title="Hear ye", text="Now", created_at=NOW, updated_at=NOW))


def page(session):
    return added(session, SitePage(title="About", slug="about", content="We", created_at=NOW, updated_at=NOW))


def collection(session, name="Music", position=1):
    return added(session, Collection(name=name, position=position))


def address(session, user, event_id=None, kind="calendar"):
    return added(
        session,
        ScheduleAddress(
            token_hash="x", kind=kind, contents="stars", name="Mine", user_id=user.id, event_id=event_id, created_at=NOW
        ),
    )


def unshare_root_schedule(session, data):
    address(session, data.root, data.event.id, "page")
    unshare_schedule(session, data.event.id, actor=data.root)


def filter_of_music(session):
    return added(session, CollectionFilter(collection_id=collection(session), tags=["jazz"]))


def tag(session):
    added(session, Tag(name="jazz"))
    return "jazz"


def move_second_up(session, actor):
    collection(session, "Theatre", 1)
    collection(session, "Music", 2)
    move_collection_up(session, 2, actor=actor)


# The call, then the action, the type of subject, its name and the changes of the entry.
PRIVILEGED_ON_SITE = {
    create_calendar_address: (
        lambda s, w: create_calendar_address(s, "Mine", actor=w.root, now=NOW),
        "schedule_address.create", "user", "root", {},
    ),
    revoke_schedule_address: (
        lambda s, w: revoke_schedule_address(s, address(s, w.root), actor=w.root),
        "schedule_address.revoke", "user", "root", {},
    ),
    share_schedule: (
        lambda s, w: share_schedule(s, w.event.id, "Live", actor=w.root, now=NOW),
        "schedule_page.create", "user", "root", {},
    ),
    unshare_schedule: (lambda s, w: unshare_root_schedule(s, w), "schedule_page.revoke", "user", "root", {}),
    create_active_user: (
        lambda s, w: create_active_user(
            s, email="new@example.org", role="editor", password=None, registration_note="", actor=w.root, now=NOW
        ),
        "user.create", "user", "new", {"editor": [False, True], "trusted": [False, True]},
    ),
    edit_account: (
        lambda s, w: edit_account(s, w.ada.id, role="editor", actor=w.root, now=NOW),
        "user.make_editor", "user", "ada", {"editor": [False, True]},
    ),
    set_password_as_admin: (
        lambda s, w: set_password_as_admin(s, w.ada, "long enough", actor=w.root, now=NOW),
        "user.set_password", "user", "ada", {},
    ),
    set_site_setting: (
        lambda s, w: set_site_setting(s, "title", "Agenda", actor=w.root, now=NOW),
        "site.set", "setting", "title", {"value": [None, "Agenda"]},
    ),
    store_site_setting: (
        lambda s, w: store_site_setting(s, "logo", "a.png", is_secret=False, actor=w.root, now=NOW),
        "site.set", "setting", "logo", {"value": [None, "a.png"]},
    ),
    add_announcement: (
        lambda s, w: add_announcement(s, title="Hear ye", text="Now", actor=w.root, now=NOW),
        "announcement.add", "announcement", "Hear ye", {},
    ),
    edit_announcement: (
        lambda s, w: edit_announcement(s, announcement(s), {"title": "Listen"}, actor=w.root, now=NOW),
        "announcement.edit", "announcement", "Listen", {},
    ),
    delete_announcement: (
        lambda s, w: delete_announcement(s, announcement(s), actor=w.root),
        "announcement.delete", "announcement", "Hear ye", {},
    ),
    add_site_page: (
        lambda s, w: add_site_page(s, title="About", content="We", actor=w.root, now=NOW), "page.add", "page", "About", {},
    ),
    edit_site_page: (
        lambda s, w: edit_site_page(s, page(s), {"content": "You"}, actor=w.root, now=NOW),
        "page.edit", "page", "About", {},
    ),
    delete_site_page: (
        lambda s, w: delete_site_page(s, page(s), actor=w.root), "page.delete", "page", "About", {},
    ),
    add_collection: (
        lambda s, w: add_collection(s, name="Music", actor=w.root), "collection.add", "collection", "Music", {},
    ),
    delete_collection: (
        lambda s, w: delete_collection(s, collection(s), actor=w.root), "collection.delete", "collection", "Music", {},
    ),
    toggle_collection: (
        lambda s, w: toggle_collection(s, collection(s), actor=w.root),
        "collection.edit", "collection", "Music", {"pinned": [True, False]},
    ),
    move_collection_up: (
        lambda s, w: move_second_up(s, w.root), "collection.edit", "collection", "Music", {"position": [2, 1]},
    ),
    add_filter: (
        lambda s, w: add_filter(s, collection(s), {"tags": ["jazz"]}, actor=w.root),
        "collection.edit", "collection", "Music", {"filter": [None, {"tags": ["jazz"]}]},
    ),
    edit_filter: (
        lambda s, w: edit_filter(s, filter_of_music(s), {"tags": ["folk"]}, actor=w.root),
        "collection.edit", "collection", "Music", {"filter": [{"tags": ["jazz"]}, {"tags": ["folk"]}]},
    ),
    delete_filter: (
        lambda s, w: delete_filter(s, filter_of_music(s), actor=w.root),
        "collection.edit", "collection", "Music", {"filter": [{"tags": ["jazz"]}, None]},
    ),
    rename_tag: (
        lambda s, w: rename_tag(s, tag(s), "folk", actor=w.root), "tag.rename", "tag", "jazz", {"name": ["jazz", "folk"]},
    ),
    delete_tag: (lambda s, w: delete_tag(s, tag(s), actor=w.root), "tag.delete", "tag", "jazz", {}),
    edit_place: (
        lambda s, w: edit_place(s, make_place(s, "Hall").id, {"name": "Barn"}, actor=w.root, now=NOW),
        "place.edit", "place", "Barn", {"name": ["Hall", "Barn"]},
    ),
    store_smtp_server: (
        lambda s, w: store_smtp_server(s, SmtpServer("mail.example", 25), actor=w.root, now=NOW),
        "site.set", "setting", "smtp", {},
    ),
    skip_date: (
        lambda s, w: skip_date(s, make_series(s).id, SUNDAY, actor=w.root, now=SERIES_NOW),
        "event.skip_date", "event", "Meetup", {"skipped": [None, "2033-03-27"]},
    ),
    restore_date: (
        lambda s, w: restore_date(s, make_series(s).id, SUNDAY, actor=w.root, now=SERIES_NOW),
        "event.restore_date", "event", "Meetup", {"skipped": ["2033-03-27", None]},
    ),
}  # fmt: skip
