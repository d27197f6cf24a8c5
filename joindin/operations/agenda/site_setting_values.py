"""Values of the settings of the site: one check for each setting of the contract.

A check returns the value as it is stored, or raises ``ValueError`` with the expected form.
"""

import re
from collections.abc import Callable

from joindin.utils.email_addresses import is_email
from joindin.utils.text import is_web_url, strip_control_chars, to_plain_line
from joindin.utils.timezones import find_timezone_name

Check = Callable[[object], object]

MAX_LIST_LENGTH = 100
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]{1,30}")
COLOUR_NAMES = ("primary", "error", "info", "success", "warning")
LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
INSTANCE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MSG_NO_FLAG = "true or false"


def flag(value):
    # Forms carry texts.
    value = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(value, bool):
        raise ValueError(MSG_NO_FLAG)
    return value


def line(max_length: int, min_length: int = 0) -> Check:
    def check(value):
        text = to_plain_line(value) if isinstance(value, str) else None
        if text is None or not min_length <= len(text) <= max_length:
            raise ValueError(f"a text of {min_length} to {max_length} characters")
        return text

    return check


def text(max_length: int) -> Check:
    """Return a check of text with markup or code, which is stored as it was written."""

    def check(value):
        if not isinstance(value, str) or len(value) > max_length:
            raise ValueError(f"a text of at most {max_length} characters")
        return strip_control_chars(value)

    return check


def matching(pattern: re.Pattern, form: str) -> Check:
    def check(value):
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(form)
        return value

    return check


def one_of(*choices) -> Check:
    def check(value):
        # True equals 1.
        if isinstance(value, bool) or value not in choices:
            raise ValueError(f"one of {', '.join(map(str, choices))}")
        return value

    return check


def list_of(item: Check) -> Check:
    def check(value):
        if not isinstance(value, list) or len(value) > MAX_LIST_LENGTH:
            raise ValueError(f"a list of at most {MAX_LIST_LENGTH} items")
        return [item(each) for each in value]

    return check


def timezone(value):
    name = find_timezone_name(value) if isinstance(value, str) and len(value) <= 100 else None
    if name is None:
        raise ValueError("the name of a time zone, such as Europe/Rome")
    return name


def email(value):
    value = value.strip() if isinstance(value, str) else None
    if value is None or (value and not is_email(value)):
        raise ValueError("an e-mail address, or empty")
    return value


def web_url(value):
    if not isinstance(value, str) or len(value) > 500 or not value.isascii() or not is_web_url(value):
        raise ValueError("a web address")
    return value


def colours(value):
    check = matching(COLOUR, "an object of colours")
    if not isinstance(value, dict) or not set(value) <= set(COLOUR_NAMES):
        raise ValueError(f"an object of the colours {', '.join(COLOUR_NAMES)}")
    return {name: check(colour) for name, colour in value.items()}


def link(value):
    if not isinstance(value, dict) or not {"href", "label"} <= set(value):
        raise ValueError("a list of objects with href and label")
    href = value["href"]
    is_path = isinstance(href, str) and len(href) <= 500 and re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", href)
    return {"href": href if is_path else web_url(href), "label": line(200, 1)(value["label"])}


FLAGS = (
    *("allow_registration", "allow_anon_event", "allow_multidate_event", "allow_recurrent_event"),
    *("recurrent_event_visible", "allow_event_without_end_time", "allow_online_event", "show_download_media"),
    *("enable_moderation", "enable_report", "allow_geolocation", "enable_federation", "federated_events_in_home"),
    *("enable_resources", "hide_boosts", "enable_trusted_instances", "theme.is_dark", "hide_thumbs", "hide_calendar"),
)
CHECKS: dict[str, Check] = {
    **dict.fromkeys(FLAGS, flag),
    "title": line(100, 1),
    "description": line(500),
    "instance_timezone": timezone,
    "instance_locale": matching(LOCALE, "the code of a language, such as en"),
    "instance_name": matching(INSTANCE_NAME, "a name of letters, digits and simple signs"),
    "geocoding_provider_type": one_of("Nominatim", "Photon"),
    "geocoding_provider": web_url,
    "geocoding_countrycodes": list_of(matching(re.compile("[A-Za-z]{2}"), "a list of country codes")),
    "tilelayer_provider": web_url,
    "tilelayer_provider_attribution": text(1000),
    "trusted_instances_label": line(200),
    "dark_colors": colours,
    "light_colors": colours,
    "calendar_first_day_of_week": one_of(*range(8)),
    "footerLinks": list_of(link),
    "plugins": list_of(line(100, 1)),
    "admin_email": email,
    "collection_in_home": line(255),
    "default_fedi_hashtags": list_of(line(100, 1)),
    "custom_js": text(100_000),
    "custom_css": text(100_000),
    "about": text(100_000),
    "logo": line(255),
    "fallback_image": line(255),
    "header_image": line(255),
}
