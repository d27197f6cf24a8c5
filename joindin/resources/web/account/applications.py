"""Applications: everybody's own below ``/accounts/``, and for admins all of them where ephios has them (spec 12)."""

from functools import partial

from flask import current_app, redirect, request
from wtforms import TextAreaField

from joindin.errors import Forbidden, InvalidInput, NotConfigured
from joindin.extensions import db
from joindin.http.forms import Form, PlainTextField, RadioChoice, choices, max_length, required
from joindin.http.html_pages import flash_success, render_page
from joindin.http.sessions import recent_sign_in_required, require_user, sign_in_required
from joindin.http.trailing_slash import add_trailing_slash_route
from joindin.operations.accounts.clients import (
    check_redirect_uris,
    delete_client,
    edit_application,
    register_application,
    rotate_secret,
)
from joindin.permissions import can_administer_applications
from joindin.queries.accounts.clients import (
    find_client_with_owner,
    find_owned_client,
    list_all_clients,
    list_owned_clients,
)
from joindin.queries.paging import Paging
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_web_url, to_plain_text
from joindin.viewer import Viewer

OWN_PATH, ALL_PATH = "/accounts/applications/", "/api/settings/applications/"
MAX_LISTED = 500
MSG_FORBIDDEN_ALL_APPLICATIONS = "Only admins see everybody's applications"


class ApplicationForm(Form):
    name = PlainTextField("Name", [required("Give the application a name"), max_length(255, "The name")])
    description = TextAreaField(
        "What does it do?",
        [max_length(10_000, "The description")],
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )
    website = PlainTextField("Its web site", [max_length(500, "The address")], render_kw={"inputmode": "url"})
    redirect_uris = TextAreaField(
        "Where people are sent back to",
        [required("Give at least one address that people are sent back to")],
        description="One whole address a line. On 127.0.0.1 the port may be another when it is used",
        render_kw={"rows": 3, "spellcheck": "false"},
    )

    is_public = False

    def validate_website(self, field):
        if field.data and not is_web_url(field.data):
            self.add_error("Enter a whole address, or none", field)

    def validate_redirect_uris(self, field):
        try:
            check_redirect_uris(self.addresses, self.is_public)
        except InvalidInput as refused:
            self.add_error(str(refused), field)

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


class NewApplicationForm(ApplicationForm):
    kind = RadioChoice(
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


def applications_page(place):
    _check_may_list(place)
    paging = Paging(size=MAX_LISTED)
    page = (
        list_owned_clients(db.session, require_user().id, paging)
        if place == OWN_PATH
        else list_all_clients(db.session, paging)
    )
    return render_page("web/account/applications.html", clients=page.items, place=place)


def register_page(place):
    _check_may_list(place)
    form = NewApplicationForm()
    if form.validate_on_submit():
        try:
            client, secret = register_application(
                db.session,
                actor=require_user(),
                is_public=form.is_public,
                secret_key=_secret_key(),
                now=utc_now(),
                **form.said(),
            )
        except InvalidInput as refused:
            db.session.rollback()
            form.add_error(str(refused))
        else:
            db.session.commit()
            return _redirect_with_secret(place, client, secret)
    return render_page("web/account/application_new.html", form=form, place=place)


def application_page(place, client_id):
    client = _find_client(place, client_id)
    response = render_page(
        "web/account/application.html",
        client=client,
        place=place,
        secret=pop_one_time_secret(f"application {client_id}"),
    )
    response.cache_control.no_store = True
    return response


def edit_page(place, client_id):
    client = _find_client(place, client_id)
    known = {name: getattr(client, name) for name in ("name", "description", "website")}
    form = ApplicationForm(data=known | {"redirect_uris": "\n".join(client.redirect_uris)})
    form.is_public = client.is_public
    if form.validate_on_submit():
        edit_application(db.session, client, actor=require_user(), **form.said())
        db.session.commit()
        flash_success("The application is changed.")
        return redirect(f"{place}{client_id}/")
    return render_page("web/account/application_change.html", form=form, client=client, place=place)


def delete_page(place, client_id):
    client = _find_client(place, client_id)
    if not _is_sent():
        return render_page("web/account/application_delete.html", client=client, place=place)
    delete_client(db.session, client, actor=require_user())
    db.session.commit()
    flash_success("The application is deleted, and what people allowed it with it.")
    return redirect(place)


def rotate_client_secret(place, client_id):
    client = _find_client(place, client_id)
    secret = rotate_secret(db.session, client, _secret_key(), actor=require_user())
    db.session.commit()
    return _redirect_with_secret(place, client, secret)


def _check_may_list(place):
    if place == ALL_PATH and not can_administer_applications(Viewer(require_user())):
        raise Forbidden(MSG_FORBIDDEN_ALL_APPLICATIONS)


def _find_client(place, client_id):
    _check_may_list(place)
    if place == ALL_PATH:
        return find_client_with_owner(db.session, client_id)
    return find_owned_client(db.session, require_user().id, client_id)


def _redirect_with_secret(place, client, secret):
    if secret is not None:
        store_one_time_secret(f"application {client.id}", secret)
    return redirect(f"{place}{client.id}/")


def _secret_key():
    if not current_app.config["SECRET_KEY"]:
        raise NotConfigured("This platform has no secret of its own yet to make one from")
    return current_app.config["SECRET_KEY"]


def _is_sent():
    return request.method == "POST"


def _add_routes(place):
    """The same pages, of one's own applications or of all."""
    for rule, view, guard, methods in (
        ("", applications_page, sign_in_required, ["GET"]),
        ("register/", register_page, recent_sign_in_required, ["GET", "POST"]),
        ("<positive:client_id>/", application_page, sign_in_required, ["GET"]),
        ("<positive:client_id>/update/", edit_page, sign_in_required, ["GET", "POST"]),
        ("<positive:client_id>/delete/", delete_page, recent_sign_in_required, ["GET", "POST"]),
        ("<positive:client_id>/secret/", rotate_client_secret, recent_sign_in_required, ["POST"]),
    ):
        here = guard(partial(view, place))
        name = f"{view.__name__} of {'all' if place == ALL_PATH else 'own'} applications"
        add_trailing_slash_route(blp, f"{place}{rule}", here, endpoint=name, methods=methods)


_add_routes(OWN_PATH)
_add_routes(ALL_PATH)
