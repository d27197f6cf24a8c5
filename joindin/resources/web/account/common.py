"""The blueprint of the account pages, which sets their language."""

from flask import Blueprint

from joindin.http.pages.languages import send_language, set_page_language

blp = Blueprint("account", __name__)
blp.before_request(set_page_language)
blp.after_request(send_language)
