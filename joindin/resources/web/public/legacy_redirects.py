"""Redirects from the URLs in mails of the Joind.in API, if this host is the web site."""

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


@blp.get("/event/<path:slug>/reported-comments")
@on_canonical_host
def redirect_to_reports(slug):
    return redirect("/desk/reports/")


@blp.get("/event/<path:slug>/claims")
@on_canonical_host
def redirect_to_claims(slug):
    return redirect("/desk/claims/")


@blp.get("/user/<path:username>/claims")
@on_canonical_host
def redirect_to_own_claims(username):
    return redirect("/accounts/claims/")


def _redirect_with_query(path):
    return redirect(f"{path}?{request.query_string.decode('latin-1')}")
