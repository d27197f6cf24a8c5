"""Pages of the staff for the federation: guests, hosts and invite codes (spec 13.1, 13.2 and 13.4)."""

import json
import logging
from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from flask import Response, current_app, redirect, request
from wtforms import BooleanField, TextAreaField

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.federation.addresses import Invitation, decode_invitation, encode_invitation
from joindin.federation.requests import Instance, PeerFailed, SetupRefused
from joindin.http.pages.forms import Form, FormWithSecret, PlainTextField, required
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import read_sent_form
from joindin.http.sessions import recent_sign_in_required, require_user
from joindin.models.crew import FederationGuest, FederationHost, FederationInvite
from joindin.operations.crew.federation.guests import MSG_NO_GUEST, remove_guest
from joindin.operations.crew.federation.hosts import MSG_NO_HOST, join_host, read_share_code, remove_host
from joindin.operations.crew.federation.invites import (
    INVITE_TTL,
    MSG_NO_INVITE,
    create_invite,
    is_expired,
    withdraw_invite,
)
from joindin.queries.crew.federation import get_invite_by_code, list_guests, list_hosts, list_open_invites
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.crew.planning_access import crew_timezone, require_permission
from joindin.utils.datetimes import utc_now

SETTINGS_PATH = "/settings/federation/"
MSG_NO_ANSWER = lazy_gettext("The other instance does not answer as expected. Nothing has changed. Try again later.")
MSG_REFUSED = lazy_gettext("The host refuses the invite code. Ask it for a new one.")
REASONS_OF_HOSTS = {
    "Invite code is not valid": lazy_gettext("The host does not know this invite code. Ask it for a new one."),
    "Invite code is expired": lazy_gettext("The invite code has expired. Ask the host for a new one."),
}

log = logging.getLogger(__name__)


class InviteForm(FormWithSecret):
    url = PlainTextField(
        lazy_gettext("Address of the other instance"),
        [required(lazy_gettext("Enter the address"))],
        description=lazy_gettext("As in https://crew.example.org, without a path."),
        render_kw={"inputmode": "url", "autocapitalize": "none"},
    )


class JoinForm(Form):
    code = TextAreaField(
        lazy_gettext("Invite code"), [required(lazy_gettext("Enter the invite code"))], render_kw={"rows": 5}
    )


class RemoveHostForm(Form):
    only_here = BooleanField(lazy_gettext("Remove it here although the host does not answer"))


def for_staff(view: Callable) -> Callable:
    """Decorate a view: visitors sign in, and users without the permission get 403."""

    @wraps(view)
    @recent_sign_in_required
    def guarded(*args, **kwargs):
        require_permission("manage_federation")
        return view(*args, **kwargs)

    return guarded


def crew_site() -> str:
    """Return the base URL of this instance, by which others know it."""
    return current_app.config["WEBSITE_URL"].rstrip("/")


def other_instance(url: str, token: str = "") -> Instance:
    return Instance(url, current_app.config["ALLOW_PRIVATE_FETCHES"], token)


@blp.get(SETTINGS_PATH)
@for_staff
def show_federation() -> Response:
    return crew_page(
        "web/federation/settings.html",
        guests=list_guests(db.session),
        hosts=list_hosts(db.session),
        invites=list_open_invites(db.session, utc_now() - INVITE_TTL),
        invite_ttl=INVITE_TTL,
    )


@blp.route(f"{SETTINGS_PATH}guests/add/", methods=["GET", "POST"])
@for_staff
def invite_guest() -> Response:
    form = InviteForm()
    if form.validate_on_submit():
        sent = read_sent_form()
        try:
            invite = get_invite_by_code(db.session, sent.secret)
            if invite is None:
                invite, _code = create_invite(
                    db.session, form.url.data, code=sent.secret, actor=require_user(), now=utc_now()
                )
        except InvalidInput as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form.url)
        else:
            db.session.commit()
            share_code = encode_invitation(Invitation(invite.url, sent.secret, crew_site()))
            store_one_time_secret(f"invite {invite.id}", share_code)
            return redirect(f"{SETTINGS_PATH}invite/{invite.id}/")
    return crew_page("web/federation/invite_new.html", form=form)


@blp.get(f"{SETTINGS_PATH}invite/<row_id:invite_id>/")
@for_staff
def show_invite(invite_id: int) -> Response:
    """Show the code once. Only its hash is stored."""
    invite = _find(FederationInvite, invite_id, MSG_NO_INVITE)
    share_code = pop_one_time_secret(f"invite {invite_id}")
    if is_expired(invite, utc_now()):
        flash_error(gettext("Invite code has expired."))
        return redirect(SETTINGS_PATH)
    if share_code is None:
        flash_error(gettext("The invite code was shown before. Invite the instance again to get a new one."))
        return redirect(SETTINGS_PATH)
    link = f"{invite.url}{SETTINGS_PATH}hosts/add/?code={quote(share_code, safe='')}"
    page = crew_page("web/federation/invite.html", invite=invite, share_code=share_code, link=link)
    page.cache_control.no_store = True
    return page


@blp.post(f"{SETTINGS_PATH}invite/<row_id:invite_id>/delete/")
@for_staff
def delete_invite(invite_id: int) -> Response:
    withdraw_invite(db.session, invite_id, actor=require_user())
    db.session.commit()
    flash_success(gettext("The invite code is withdrawn."))
    return redirect(SETTINGS_PATH)


@blp.route(f"{SETTINGS_PATH}guests/<row_id:guest_id>/delete/", methods=["GET", "POST"])
@for_staff
def delete_guest(guest_id: int) -> Response:
    guest = _find(FederationGuest, guest_id, MSG_NO_GUEST)
    if request.method == "GET":
        return crew_page("web/federation/guest_delete.html", guest=guest, form=Form())
    remove_guest(db.session, guest_id, actor=require_user(), now=utc_now(), timezone=crew_timezone())
    db.session.commit()
    flash_success(gettext("The guest is removed."))
    return redirect(SETTINGS_PATH)


@blp.route(f"{SETTINGS_PATH}hosts/add/", methods=["GET", "POST"])
@for_staff
def add_host() -> Response:
    """Redeem an invite code. The request is sent outside of a transaction, and can be repeated."""
    form = JoinForm()
    if request.method == "GET":
        form.code.data = request.args.get("code", "")
    elif form.validate():
        try:
            host_name = _join(form.code.data)
        except InvalidInput as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form.code)
        except SetupRefused as error:
            form.add_error(_explain_refusal(error.reason), form.code)
        except PeerFailed as error:
            log.warning("a host does not answer to an invite code: %s", error)
            form.add_error(str(MSG_NO_ANSWER))
        else:
            flash_success(gettext("Your users now see events of %(name)s.", name=host_name))
            return redirect(SETTINGS_PATH)
    return crew_page("web/federation/host_new.html", form=form, host_url=_host_url_in(form.code.data))


@blp.route(f"{SETTINGS_PATH}hosts/<row_id:host_id>/delete/", methods=["GET", "POST"])
@for_staff
def delete_host(host_id: int) -> Response:
    """Leave the host. It is forgotten when it has confirmed that, or when the staff says so."""
    host, form = _find(FederationHost, host_id, MSG_NO_HOST), RemoveHostForm()
    name, url, token = host.name, host.url, host.credentials.get("access_token", "")
    if request.method == "POST":
        if form.only_here.data or _leave(url, token):
            remove_host(db.session, host_id, actor=require_user())
            db.session.commit()
            flash_success(gettext("The host is removed."))
            return redirect(SETTINGS_PATH)
        form.add_error(str(MSG_NO_ANSWER))
    return crew_page("web/federation/host_delete.html", name=name, url=url, form=form)


def _join(share_code):
    config = current_app.config
    join_request = read_share_code(share_code, site=crew_site(), secret_key=config["SECRET_KEY"])
    invitation = join_request.invitation
    # No transaction stays open during the request.
    db.session.commit()
    membership = other_instance(invitation.host_url).set_up(
        {
            "name": config["SITE_NAME"],
            "url": invitation.guest_url,
            "client_id": join_request.client_id,
            "client_secret": join_request.client_secret,
            "code": invitation.code,
        }
    )
    host = join_host(db.session, join_request, membership, actor=require_user(), now=utc_now())
    name = host.name
    db.session.commit()
    return name


def _leave(url, token):
    """Return whether the host has removed this instance."""
    db.session.commit()
    try:
        other_instance(url, token).leave()
    except PeerFailed as error:
        log.warning("%s does not answer to the end of the federation: %s", url, error)
        return False
    return True


def _explain_refusal(reason):
    """Return what a host says, if it is a reason of the contract: other texts are not shown."""
    try:
        message = json.loads(reason)["non_field_errors"][0]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return str(MSG_REFUSED)
    return str(REASONS_OF_HOSTS.get(message, MSG_REFUSED)) if isinstance(message, str) else str(MSG_REFUSED)


def _host_url_in(share_code):
    try:
        return decode_invitation(share_code or "").host_url
    except ValueError:
        return None


def _find(model, id_, message):
    row = db.session.get(model, id_) if id_ else None
    if row is None:
        raise NotFound(message)
    return row
