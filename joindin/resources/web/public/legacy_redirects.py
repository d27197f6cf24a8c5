"""Where mails of the Joind.in API lead, when this host is the web site."""

from flask import redirect, request

from joindin.resources.web.public.pages import at_home, blp


@blp.get("/user/login")
@at_home
def send_to_sign_in():
    return redirect("/accounts/login/")


@blp.get("/user/verification")
@at_home
def send_to_verify():
    return _with_token("/accounts/verify/")


@blp.get("/user/new-password")
@at_home
def send_to_new_password():
    return _with_token("/accounts/password/new/")


def _with_token(page):
    return redirect(f"{page}?{request.query_string.decode('latin-1')}")
