"""What people have here: the page from which all of their account is reached."""

from joindin.resources.pages import show_page
from joindin.resources.sessions import person, require_person
from joindin.resources.web.pages import blp


@blp.get("/accounts/")
@require_person
def show_account():
    return show_page("web/accounts/account.html", user=person())
