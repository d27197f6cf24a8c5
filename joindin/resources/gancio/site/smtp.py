"""Mail server of the site (contract, section 14). The password is never shown."""

from flask import current_app

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.operations.agenda.smtp_settings import (
    load_smtp_server,
    parse_smtp_server,
    send_test_mail,
    store_smtp_server,
)
from joindin.permissions import can_administer_site
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.resources.gancio.authentication import requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.datetimes import utc_now

blp = StrictBlueprint("gancio_smtp", __name__, url_prefix="/api/settings")


@blp.get("/smtp")
@requires(can_administer_site, by_password_sign_in=True)
def get_server():
    server = load_smtp_server(db.session)
    if server is None:
        return json_response({})
    auth = {"auth": {"user": server.username}} if server.username else {}
    return json_response({"host": server.host, "port": server.port, "secure": server.is_tls} | auth)


@blp.post("/smtp")
@requires(can_administer_site, by_password_sign_in=True)
def set_server():
    """Store a server that accepts a mail; the mails of the site go through it if the operator has configured none."""
    server = parse_smtp_server(db.session, read_params().get("smtp"))
    _test(server)
    store_smtp_server(db.session, server, actor=get_caller().user, now=utc_now())
    db.session.commit()
    return text_response()


@blp.post("/test_smtp")
@requires(can_administer_site, by_password_sign_in=True)
def test_server():
    """Send a mail through the server of the request or, without one, the stored one."""
    description = read_params().get("smtp")
    server = parse_smtp_server(db.session, description) if description else load_smtp_server(db.session)
    if server is None:
        raise InvalidInput("smtp must be an object")
    _test(server)
    return text_response()


def _test(server):
    """Send a mail to the address of the site or, without one, to the admin."""
    settings, config = load_site_settings(db.session), current_app.config
    # No transaction is open during the conversation.
    db.session.commit()
    recipient = settings["admin_email"] or get_caller().user.email
    if not recipient:
        raise InvalidInput("You have no e-mail address to which a mail could be sent")
    send_test_mail(
        server,
        title=settings["title"],
        sender=settings["admin_email"] or config["MAIL_FROM"],
        recipient=recipient,
        allow_private=config["ALLOW_PRIVATE_FETCHES"],
    )
