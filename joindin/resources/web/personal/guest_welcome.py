"""The step after a sign-in in which a device's stars and ratings move to the account (site 2.6).

The device's cookie is sent below ``/guest/`` only. The first write of a device therefore sets a second cookie below ``/accounts/``, which
says that the device has stored something and gives no access. A sign-in with that cookie redirects to ``/guest/welcome/`` first, and all
other sign-ins go on without an additional request. The page redirects to ``next`` if there is nothing to decide.
"""

from flask import redirect, request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.guest_devices import current_device, forget_device, leave_device
from joindin.http.sessions import next_url, require_user, session_user, sign_in_required
from joindin.operations.devices import delete_device, merge_device
from joindin.queries.own_feedback import count_device_contents
from joindin.resources.web.personal.pages import private_page
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

KEEP, LEAVE, FORGET = "account", "device", "forget"


@blp.get("/guest/welcome/")
def welcome_page():
    device, target = current_device(), next_url()
    if session_user() is None or device is None:
        return redirect(target)
    stars, ratings, addresses = count_device_contents(db.session, device.id)
    if not (stars or ratings or addresses):
        return redirect(target)
    return private_page("web/guest/welcome.html", stars=stars, ratings=ratings, addresses=addresses, target=target)


@blp.post("/guest/welcome/")
@sign_in_required
def welcome_action():
    choice, device = request.form.get("keep", ""), current_device()
    if choice not in (KEEP, LEAVE, FORGET):
        raise InvalidInput("keep must be account, device or forget")
    if device is None or choice == LEAVE:
        leave_device()
        return redirect(next_url(), 303)
    if choice == KEEP:
        merge_device(db.session, device.id, require_user().id, now=utc_now())
    delete_device(db.session, device.id)
    forget_device()
    db.session.commit()
    return redirect(next_url(), 303)
