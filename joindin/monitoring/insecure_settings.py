"""Settings that production accepts and that are meant for development or tests."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Test platforms only, by name of the setting.
TEST_PLATFORM_SETTINGS = {
    "ALLOW_AUTO_VERIFY_USERS": "everybody can register with the e-mail address of another person",
    "ALLOW_AUTO_APPROVE_EVENTS": "everybody can publish events",
    "MAIL_FORWARD_ALL_TO": "no mail reaches its recipient",
}


def find_insecure_settings(settings: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each insecure value of an installation in production; none in development."""
    if settings["MODE"] != "production":
        return []
    problems = [
        f"JOINDIN_{name} is for test platforms: {effect}. Remove it"
        for name, effect in TEST_PLATFORM_SETTINGS.items()
        if settings[name]
    ]
    for name in ("WEBSITE_URL", "PUBLIC_URL"):
        if urlsplit(settings[name]).scheme != "https":
            problems.append(f"JOINDIN_{name} is not an https address: passwords and tokens are sent unencrypted")
            break
    if settings["MAIL_URL"] is None:
        problems.append("Mails are written to a folder and not sent: set JOINDIN_MAIL_URL")
    elif (parts := urlsplit(settings["MAIL_URL"])).scheme == "smtp" and parts.password:
        problems.append("JOINDIN_MAIL_URL sends the password unencrypted: use smtps:// or smtp+starttls://")
    if "*" in settings["ALLOWED_HOSTS"]:
        problems.append("JOINDIN_ALLOWED_HOSTS accepts every host name: name those of this server")
    return problems
