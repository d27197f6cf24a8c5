"""Pages for OAuth applications: the user's own, and all of them for admins at the paths of ephios (spec 12)."""

from functools import partial

from flask import current_app, redirect, request
from wtforms import StringField, TextAreaField

from joindin.errors import Conflict, Forbidden, InvalidInput, NotConfigured
from joindin.extensions import db
from joindin.http.pages.forms import Form, FormWithSecret, PlainTextField, RadioChoice, choices, max_length, required
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, translate_error
from joindin.http.pages.repeated_forms import is_repeated_form, read_sent_form
from joindin.http.sessions import recent_sign_in_required, require_user
from joindin.operations.accounts.client_registration import KEY_LENGTH, KEY_PREFIX, register_application
from joindin.operations.accounts.clients import (
    check_redirect_uris,
    current_secret,
    delete_client,
    edit_application,
    rotate_secret,
)
from joindin.permissions import can_administer_application, can_administer_applications
from joindin.queries.accounts.clients import (
    find_client_with_owner,
    find_owned_client,
    get_client_by_key,
    list_all_clients,
    list_owned_clients,
)
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.paging import Paging
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.security.tokens import derive_prefixed_token
from joindin.utils.datetimes import utc_now
from joindin.utils.text import is_web_url, to_plain_text

OWN_PATH, ALL_PATH = "/accounts/applications/", "/api/settings/applications/"
MAX_LISTED = 500
MSG_FORBIDDEN_ALL_APPLICATIONS = "Only administrators of applications can see those of all users"
MSG_FORBIDDEN_APPLICATION = "Only admins can change applications of the operator"
MSG_NO_SECRET_KEY = "This platform has no secret key yet. Ask its operator to set one"


class ApplicationForm(Form):
    name = PlainTextField(
        lazy_gettext("Name"),
        [required(lazy_gettext("Give the application a name")), max_length(255, lazy_gettext("The name"))],
    )
    description = TextAreaField(
        lazy_gettext("What does it do?"),
        [max_length(10_000, lazy_gettext("The description"))],
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 3},
    )
    website = PlainTextField(
        lazy_gettext("Web site"), [max_length(500, lazy_gettext("The address"))], render_kw={"inputmode": "url"}
    )
    redirect_uris = TextAreaField(
        lazy_gettext("Redirect addresses"),
        [required(lazy_gettext("Enter at least one redirect address"))],
        description=lazy_gettext(
            "Where users return to after they allow access. One complete address a line. On 127.0.0.1 any port works"
        ),
        render_kw={"rows": 3, "spellcheck": "false"},
    )

    is_public = False

    def validate_website(self, field):
        if field.data and not is_web_url(field.data):
            self.add_error(gettext("Enter a complete address, or leave it empty"), field)

    def validate_redirect_uris(self, field):
        try:
            check_redirect_uris(self.uri_list, self.is_public)
        except InvalidInput as error:
            self.add_error(translate_error(error), field)

    @property
    def uri_list(self) -> list[str]:
        return list(dict.fromkeys((self.redirect_uris.data or "").split()))

    def values(self) -> dict:
        return {
            "name": self.name.data,
            "description": self.description.data,
            "website": self.website.data or "",
            "redirect_uris": self.uri_list,
        }


class NewApplicationForm(ApplicationForm, FormWithSecret):
    client_type = RadioChoice(
        lazy_gettext("Where does it run?"),
        choices=choices(
            {
                "confidential": lazy_gettext("On a server that can keep a secret"),
                "public": lazy_gettext("On the devices or in the browsers of its users"),
            }.items()
        ),
        default="confidential",
    )

    @property
    def is_public(self):
        return self.client_type.data == "public"


class NamelessApplicationForm(ApplicationForm):
    """An application of ephios may have no name."""

    name = PlainTextField(lazy_gettext("Name"), [max_length(255, lazy_gettext("The name"))])


class StaffApplicationForm(NamelessApplicationForm, NewApplicationForm):
    """Has fields for an application that exists elsewhere already."""

    client_id = PlainTextField(
        lazy_gettext("Client id"), [max_length(100, lazy_gettext("The id"))], description=lazy_gettext("Generated if you leave it empty"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
    client_secret = StringField(
        lazy_gettext("Client secret"), [max_length(255, lazy_gettext("The secret"))], description=lazy_gettext("Generated if you leave it empty"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip

    def values(self) -> dict:
        return super().values() | {"key": self.client_id.data, "secret": self.client_secret.data}


def applications_page(base_path):
    _check_may_list(base_path)
    paging = Paging(size=MAX_LISTED)
    page = (
        list_owned_clients(db.session, require_user().id, paging)
        if base_path == OWN_PATH
        else list_all_clients(db.session, paging)
    )
    return render_page("web/account/applications.html", clients=page.items, base_path=base_path)


def register_application_page(base_path):
    _check_may_list(base_path)
    form = NewApplicationForm() if base_path == OWN_PATH else StaffApplicationForm()
    if form.validate_on_submit():
        try:
            client, secret = _register(form)
        except (Conflict, InvalidInput) as error:
            db.session.rollback()
            form.add_error(translate_error(error))
        else:
            db.session.commit()
            return _redirect_with_secret(base_path, client, secret)
    return render_page("web/account/application_new.html", form=form, base_path=base_path)


def application_page(base_path, client_id):
    client = _find_client(base_path, client_id)
    response = render_page(
        "web/account/application.html",
        client=client,
        base_path=base_path,
        may_change=base_path == OWN_PATH or can_administer_application(_viewer(), client),
        secret=pop_one_time_secret(f"application {client_id}"),
    )
    response.cache_control.no_store = True
    return response


def edit_application_page(base_path, client_id):
    client = _find_changeable_client(base_path, client_id)
    stored = {name: getattr(client, name) for name in ("name", "description", "website")}
    form_type = ApplicationForm if base_path == OWN_PATH else NamelessApplicationForm
    form = form_type(data=stored | {"redirect_uris": "\n".join(client.redirect_uris)})
    form.is_public = client.is_public
    if form.validate_on_submit():
        edit_application(db.session, client, actor=require_user(), **form.values())
        db.session.commit()
        flash_success(gettext("The application is changed."))
        return redirect(f"{base_path}{client_id}/")
    return render_page("web/account/application_change.html", form=form, client=client, base_path=base_path)


def delete_application_page(base_path, client_id):
    client = _find_changeable_client(base_path, client_id)
    if request.method != "POST":
        return render_page("web/account/application_delete.html", client=client, base_path=base_path)
    delete_client(db.session, client, actor=require_user())
    db.session.commit()
    flash_success(gettext("The application is deleted. The access that users gave it has ended."))
    return redirect(base_path)


def rotate_secret_action(base_path, client_id):
    is_repeated = is_repeated_form()
    client = _find_changeable_client(base_path, client_id)
    if is_repeated:
        secret = current_secret(client, current_app.config["SECRET_KEYS"])
    else:
        secret = rotate_secret(db.session, client, _secret_key(), actor=require_user())
    db.session.commit()
    return _redirect_with_secret(base_path, client, secret)


def _check_may_list(base_path):
    if base_path == ALL_PATH and not can_administer_applications(_viewer()):
        raise Forbidden(MSG_FORBIDDEN_ALL_APPLICATIONS)


def _find_client(base_path, client_id):
    _check_may_list(base_path)
    if base_path == ALL_PATH:
        return find_client_with_owner(db.session, client_id)
    return find_owned_client(db.session, require_user().id, client_id)


def _find_changeable_client(base_path, client_id):
    client = _find_client(base_path, client_id)
    if base_path == ALL_PATH and not can_administer_application(_viewer(), client):
        raise Forbidden(MSG_FORBIDDEN_APPLICATION)
    return client


def _viewer():
    return load_permissions(db.session, require_user())


def _register(form):
    """Return the new application and its secret, also if the form is repeated."""
    sent, values = read_sent_form(), form.values()
    values["key"] = values.get("key") or derive_prefixed_token(sent.secret, KEY_PREFIX, KEY_LENGTH)
    if sent.is_repeated and (client := get_client_by_key(db.session, values["key"])):
        return client, values.get("secret") or current_secret(client, current_app.config["SECRET_KEYS"])
    return register_application(
        db.session,
        actor=require_user(),
        is_public=form.is_public,
        secret_key=_secret_key(),
        now=utc_now(),
        **values,
    )


def _redirect_with_secret(base_path, client, secret):
    if secret:
        store_one_time_secret(f"application {client.id}", secret)
    return redirect(f"{base_path}{client.id}/")


def _secret_key():
    if not current_app.config["SECRET_KEY"]:
        raise NotConfigured(MSG_NO_SECRET_KEY)
    return current_app.config["SECRET_KEY"]


def _add_routes(base_path):
    """Add the same pages for the user's own applications and for all of them."""
    for rule, view, methods in (
        ("", applications_page, ["GET"]),
        ("register/", register_application_page, ["GET", "POST"]),
        ("<positive:client_id>/", application_page, ["GET"]),
        ("<positive:client_id>/update/", edit_application_page, ["GET", "POST"]),
        ("<positive:client_id>/delete/", delete_application_page, ["GET", "POST"]),
        ("<positive:client_id>/secret/", rotate_secret_action, ["POST"]),
    ):
        endpoint = f"{view.__name__} of {'all' if base_path == ALL_PATH else 'own'} applications"
        guarded = recent_sign_in_required(partial(view, base_path))
        blp.add_url_rule(f"{base_path}{rule}", endpoint, guarded, methods=methods)


_add_routes(OWN_PATH)
_add_routes(ALL_PATH)
