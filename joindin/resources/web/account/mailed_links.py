"""Links in mails: forms that confirm them, and the rate limit of requesting them.

Mail programs open links before the reader does. Therefore a link only shows a form, and the form's POST redeems the token.
"""

from flask import Response, request
from wtforms import HiddenField

from joindin.extensions import db
from joindin.http.forms import Form
from joindin.http.html_pages import render_page
from joindin.operations.accounts.pending_confirmations import MSG_LINK_EXPIRED
from joindin.operations.rate_limits import RateLimit, client_network, consume_attempt
from joindin.utils.datetimes import utc_now


class MailedTokenForm(Form):
    """A form that takes its token from the query string of the link."""

    token = HiddenField()

    def __init__(self):
        super().__init__()
        if not self.is_submitted():
            self.token.data = request.args.get("token", "")


def link_expired_page(message: str = MSG_LINK_EXPIRED) -> Response:
    return render_page("web/account/link_expired.html", 400, message=message)


def consume_network_attempt(limit: RateLimit) -> None:
    """Count an attempt of the client's network and commit the count, whether the request succeeds or not.

    The commit also releases the lock of the counter before slow work, such as hashing a password.

    :raises RateLimited: if there were too many attempts.
    """
    try:
        consume_attempt(db.session, limit, client_network(request.remote_addr), now=utc_now())
    finally:
        db.session.commit()
