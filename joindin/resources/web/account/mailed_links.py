"""Links in mails, and the forms that confirm them.

Mail programs open links before the reader does. Therefore a link only shows a form, and the form's POST redeems the token.
"""

from flask import Response, request
from wtforms import HiddenField

from joindin.http.pages.forms import Form
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import gettext
from joindin.operations.accounts.pending_confirmations import MSG_LINK_EXPIRED


class MailedTokenForm(Form):
    """A form that takes its token from the query string of the link."""

    token = HiddenField()

    def __init__(self):
        super().__init__()
        if not self.is_submitted():
            self.token.data = request.args.get("token", "")


def link_expired_page(message: str = MSG_LINK_EXPIRED) -> Response:
    return render_page("web/account/link_expired.html", 400, message=gettext(message))
