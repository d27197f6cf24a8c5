"""Redirects from the URLs in mails of the Joind.in API, if this host is the web site, and of the Gancio API."""

from urllib.parse import urlencode

from flask import redirect, request

from joindin.resources.web.public.pages import blp, on_canonical_host


@blp.get("/user/login")
@on_canonical_host
def redirect_to_sign_in():
    return redirect("/accounts/login/")


@blp.get("/user/verification")
@on_canonical_host
def redirect_to_verification():
    return _redirect_with_query("/accounts/verify/")


@blp.get("/user/new-password")
@on_canonical_host
def redirect_to_new_password():
    return _redirect_with_query("/accounts/password/new/")


@blp.get("/event/pending")
@on_canonical_host
def redirect_to_pending_events():
    return redirect("/desk/events/")


@blp.get("/user/<path:username>/claims")
@on_canonical_host
def redirect_to_own_claims(username):
    return redirect("/accounts/claims/")


@blp.get("/admin")
def redirect_to_accounts():
    return redirect("/desk/people/")


@blp.get("/recover/<code>")
@blp.get("/user_confirm/<code>")
def redirect_to_new_password_by_code(code):
    return redirect(f"/accounts/password/new/?{urlencode({'token': code})}")


def _redirect_with_query(path):
    return redirect(f"{path}?{request.query_string.decode('latin-1')}")
