"""Applications: everybody's own below ``/accounts/``, and for admins all of them where ephios has them (spec 12)."""

from functools import partial

from flask import current_app, redirect, request
from wtforms import TextAreaField

from joindin.errors import Invalid, NotAllowed, NotConfigured
from joindin.extensions import db
from joindin.http.forms import Form, OneOf, Text, at_most, choices, filled
from joindin.http.html_pages import notify, show_page
from joindin.http.sessions import person, require_person, require_recent_sign_in
from joindin.http.trailing_slash import add_slashed
from joindin.operations.accounts.clients import (
    change_application,
    check_redirect_uris,
    register_application,
    remove_client,
    rotate_secret,
)
from joindin.permissions import can_administer_applications
from joindin.queries.accounts.clients import find_client_of, find_client_with_owner, list_all_clients, list_clients_of
from joindin.queries.paging import Paging
from joindin.resources.web.account.one_time_secret import seal, unseal
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_web_url, plain_text
from joindin.viewer import Viewer

OWN, ALL = "/accounts/applications/", "/api/settings/applications/"
MOST_SHOWN = 500
ADMINS_ONLY = "Only admins see everybody's applications"


class Application(Form):
    name = Text("Name", [filled("Give the application a name"), at_most(255, "The name")])
    description = TextAreaField(
        "What does it do?",
        [at_most(10_000, "The description")],
        filters=[lambda text: plain_text(text or "")],
        render_kw={"rows": 3},
    )
    website = Text("Its web site", [at_most(500, "The address")], render_kw={"inputmode": "url"})
    redirect_uris = TextAreaField(
        "Where people are sent back to",
        [filled("Give at least one address that people are sent back to")],
        description="One whole address a line. On 127.0.0.1 the port may be another when it is used",
        render_kw={"rows": 3, "spellcheck": "false"},
    )

    is_public = False

    def validate_website(self, field):
        if field.data and not is_web_url(field.data):
            self.refuse("Enter a whole address, or none", field)

    def validate_redirect_uris(self, field):
        try:
            check_redirect_uris(self.addresses, self.is_public)
        except Invalid as refused:
            self.refuse(str(refused), field)

    @property
    def addresses(self) -> list[str]:
        return list(dict.fromkeys((self.redirect_uris.data or "").split()))

    def said(self) -> dict:
        return {
            "name": self.name.data,
            "description": self.description.data,
            "website": self.website.data or "",
            "redirect_uris": self.addresses,
        }


class NewApplication(Application):
    kind = OneOf(
        "Where does it run?",
        choices=choices(
            {
                "confidential": "On a server, where it can keep a secret",
                "public": "On people's own machines or in their browsers",
            }.items()
        ),
        default="confidential",
    )

    @property
    def is_public(self):
        return self.kind.data == "public"


def list_applications(place):
    _check_may_see(place)
    paging = Paging(size=MOST_SHOWN)
    page = list_clients_of(db.session, person().id, paging) if place == OWN else list_all_clients(db.session, paging)
    return show_page("web/accounts/applications.html", clients=page.items, place=place)


def register(place):
    _check_may_see(place)
    form = NewApplication()
    if form.validate_on_submit():
        try:
            client, secret = register_application(
                db.session,
                actor=person(),
                is_public=form.is_public,
                secret_key=_secret_key(),
                now=utc_now(),
                **form.said(),
            )
        except Invalid as refused:
            db.session.rollback()
            form.refuse(str(refused))
        else:
            db.session.commit()
            return _show_secret(place, client, secret)
    return show_page("web/accounts/application_new.html", form=form, place=place)


def show_application(place, client_id):
    client = _find(place, client_id)
    response = show_page(
        "web/accounts/application.html", client=client, place=place, secret=unseal(f"application {client_id}")
    )
    response.cache_control.no_store = True
    return response


def update(place, client_id):
    client = _find(place, client_id)
    known = {name: getattr(client, name) for name in ("name", "description", "website")}
    form = Application(data=known | {"redirect_uris": "\n".join(client.redirect_uris)})
    form.is_public = client.is_public
    if form.validate_on_submit():
        change_application(db.session, client, actor=person(), **form.said())
        db.session.commit()
        notify("The application is changed.")
        return redirect(f"{place}{client_id}/")
    return show_page("web/accounts/application_change.html", form=form, client=client, place=place)


def delete(place, client_id):
    client = _find(place, client_id)
    if not _is_sent():
        return show_page("web/accounts/application_delete.html", client=client, place=place)
    remove_client(db.session, client, actor=person())
    db.session.commit()
    notify("The application is deleted, and what people allowed it with it.")
    return redirect(place)


def rotate(place, client_id):
    client = _find(place, client_id)
    secret = rotate_secret(db.session, client, _secret_key(), actor=person())
    db.session.commit()
    return _show_secret(place, client, secret)


def _check_may_see(place):
    if place == ALL and not can_administer_applications(Viewer(person())):
        raise NotAllowed(ADMINS_ONLY)


def _find(place, client_id):
    _check_may_see(place)
    if place == ALL:
        return find_client_with_owner(db.session, client_id)
    return find_client_of(db.session, person().id, client_id)


def _show_secret(place, client, secret):
    if secret is not None:
        seal(f"application {client.id}", secret)
    return redirect(f"{place}{client.id}/")


def _secret_key():
    if not current_app.config["SECRET_KEY"]:
        raise NotConfigured("This platform has no secret of its own yet to make one from")
    return current_app.config["SECRET_KEY"]


def _is_sent():
    return request.method == "POST"


def _mount(place):
    """The same pages, of one's own applications or of all."""
    for rule, view, guard, methods in (
        ("", list_applications, require_person, ["GET"]),
        ("register/", register, require_recent_sign_in, ["GET", "POST"]),
        ("<positive:client_id>/", show_application, require_person, ["GET"]),
        ("<positive:client_id>/update/", update, require_person, ["GET", "POST"]),
        ("<positive:client_id>/delete/", delete, require_recent_sign_in, ["GET", "POST"]),
        ("<positive:client_id>/secret/", rotate, require_recent_sign_in, ["POST"]),
    ):
        here = guard(partial(view, place))
        name = f"{view.__name__} of {'all' if place == ALL else 'own'} applications"
        add_slashed(blp, f"{place}{rule}", here, endpoint=name, methods=methods)


_mount(OWN)
_mount(ALL)
