"""Sheets with QR codes to print: for the event, for rooms and for talks; and the codes of talks as files for slides.

The codes of rooms have a key. Feedback with it counts as given on site, until a host renews the codes.
"""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, current_app, request

from joindin.extensions import db
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.paging import read_page_number
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.http.sessions import require_user
from joindin.models import Event
from joindin.operations.organiser.rooms import renew_room_codes
from joindin.queries.organiser.programme import list_event_rooms, list_programme
from joindin.queries.paging import Page
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    page_links,
    perform_and_redirect,
    read_paging,
    with_managed_event,
)
from joindin.resources.web.public.pages import website_links
from joindin.security.room_keys import room_key
from joindin.utils.qr_codes import make_qr_code, qr_code_file

EVENT, ROOMS, TALKS, SLIDES = "event", "rooms", "talks", "slides"
SUBJECTS = (
    (EVENT, lazy_gettext("the event")),
    (ROOMS, lazy_gettext("each room")),
    (TALKS, lazy_gettext("each talk")),
    (SLIDES, lazy_gettext("slides of the talks (files)")),
)
# By name: sheets on a page of A4, and label.
SIZES = {
    "a4": (1, lazy_gettext("A4")),
    "a5": (2, lazy_gettext("A5, two on a page")),
    "a6": (4, lazy_gettext("A6, four on a page")),
    "badge": (10, lazy_gettext("badges, ten on a page")),
}


@blp.get("/event/<slug>/manage/qr/")
@with_managed_event
def qr_page(event):
    subject, size = _choose("for", dict(SUBJECTS)), _choose("size", SIZES)
    page = _list_rows(event, subject)
    return organiser_page(
        "qr.html",
        event,
        subject=subject,
        size=size,
        subjects=SUBJECTS,
        sizes=SIZES,
        sheets=[] if subject == SLIDES else [_sheet(event, subject, row) for row in page.items],
        page=page,
        number=read_page_number(),
        page_links=page_links(page),
    )


@blp.post("/event/<slug>/manage/qr/renew/")
@with_managed_event
def renew_codes_action(event):
    return perform_and_redirect(
        lambda: renew_room_codes(db.session, event, actor=require_user()),
        gettext("The codes are renewed. Print the sheets of the rooms again."),
        manage_path(event, "qr/?for=rooms"),
    )


@blp.get("/event/<slug>/manage/qr/slides.zip")
@with_managed_event
def slide_codes(event):
    """Send the codes of one page of talks as SVG and PNG. The names of the files are those of the talks."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:
        for talk in list_programme(db.session, event.id, read_paging()).items:
            code = make_qr_code(_talk_address(talk))
            for kind in ("svg", "png"):
                name = f"{talk.slug}-{talk.stub}.{kind}" if talk.slug else f"{talk.stub}.{kind}"
                files.writestr(name, qr_code_file(code, kind))
    response = Response(archive.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="codes-{read_page_number()}.zip"'
    return response


def _choose(name, values):
    value = request.args.get(name, "")
    return value if value in values else next(iter(values))


def _list_rows(event: Event, subject: str) -> Page:
    paging = read_paging()
    if subject in (TALKS, SLIDES):
        return list_programme(db.session, event.id, paging)
    rows = list_event_rooms(db.session, event.id) if subject == ROOMS else [event]
    return Page(rows[paging.offset : paging.offset + paging.limit], len(rows))


def _sheet(event, subject, row):
    """Return name and address of a sheet, its code, and the row that it is for."""
    if subject == ROOMS:
        name, address = row.name, _room_address(row)
    elif subject == TALKS:
        name, address = row.title, _talk_address(row)
    else:
        name, address = event.name, website_links().canonical_event_page(event)
    return {"name": name, "address": address, "code": qr_code_svg(address), "row": row}


def _room_address(room):
    key = room_key(current_app.secret_key, event_id=room.event_id, room_id=room.id, generation=room.key_generation)
    return f"{website_links().website}/r/{room.code}?k={key}"


def _talk_address(talk):
    return f"{website_links().website}/f/{talk.stub}"
