"""Sections of the account page."""

from flask import current_app

from joindin.http.pages.languages import gettext
from joindin.resources.web.admin.common import visible_tabs


def list_sections() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the sections of the account page: a title and its links, each with path, name and description."""
    signing_in = [
        ("/accounts/password/", gettext("Password"), gettext("Choose a new one")),
        ("/accounts/security/", gettext("Second factor"), gettext("Authenticator app, passkeys, recovery codes")),
        ("/accounts/sessions/", gettext("Browsers"), gettext("See where you are signed in, and sign out there")),
    ]
    if current_app.config["OIDC_ISSUER"]:
        name = current_app.config["OIDC_NAME"]
        signing_in.append(
            (
                "/accounts/external/",
                gettext("Sign-in with %(name)s", name=name),
                gettext("Use your account there to sign in here"),
            )
        )
    return [
        (
            gettext("You"),
            [
                ("/accounts/profile/", gettext("Profile"), gettext("Your names, and the text on your page")),
                (
                    "/accounts/email/",
                    gettext("E-mail address"),
                    gettext("Where we send your mail; you can sign in with it"),
                ),
                ("/accounts/mails/", gettext("Mails"), gettext("Choose which ones you get")),
                ("/accounts/claims/", gettext("Claims"), gettext("Talks that you are named as the speaker of")),
                *_desk_links(),
            ],
        ),
        (gettext("Signing in"), signing_in),
        (
            gettext("Applications"),
            [
                (
                    "/api/settings/token/",
                    gettext("Tokens and applications"),
                    gettext("Access of scripts and applications"),
                ),
                (
                    "/accounts/applications/",
                    gettext("Applications you make"),
                    gettext("Register applications that other people can use"),
                ),
            ],
        ),
        (
            gettext("Your data"),
            [
                ("/accounts/data/", gettext("Download"), gettext("Everything that is stored about you")),
                ("/accounts/delete/", gettext("Delete your account"), gettext("Permanently")),
            ],
        ),
    ]


def _desk_links():
    if not visible_tabs():
        return []
    return [("/desk/", gettext("Desk"), gettext("Open tasks for the events that you host, and administration"))]
