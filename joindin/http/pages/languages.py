"""The language of a page, and the functions that translate its texts.

Pages are English unless a view sets another language: public pages that of the cookie ``lang`` or of ``Accept-Language``, the crew's pages as
its API that of ephios's cookie, and without any German (spec 2).
"""

from functools import lru_cache

from babel import Locale
from babel.support import LazyProxy
from flask import Flask, Response, g, has_request_context, request
from markupsafe import Markup

from joindin.errors import DomainError
from joindin.http.cookie_names import LANGUAGE_COOKIE
from joindin.performance.caching.visitor_preferences import CLOCKS, Preferences, read_preferences
from joindin.utils.localized_dates import LocalizedDates
from joindin.utils.messages import TranslatableMessage
from joindin.utils.translations import LANGUAGES, load_translations

ENGLISH, GERMAN = "en", "de"
LANGUAGE_NAMES = {language: Locale.parse(language).language_name for language in LANGUAGES}


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(
        lambda message: _translations().gettext(message),
        lambda singular, plural, number: _translations().ngettext(singular, plural, number),
        newstyle=True,
    )
    app.jinja_env.globals |= {
        "_": _template_gettext,
        "event_dates": event_dates,
        "is_right_to_left": is_right_to_left,
        "language_names": LANGUAGE_NAMES,
        "page_language": page_language,
        "preferences": preferences,
    }


def page_language() -> str:
    try:
        return g.get("page_language", ENGLISH)
    except RuntimeError:
        # Outside of a request.
        return ENGLISH


def is_right_to_left() -> bool:
    """Return whether the page's text runs from right to left."""
    return _text_direction(page_language()) == "rtl"


def preferences() -> Preferences:
    """Return the visitor's preferences. They are read once a request."""
    if "preferences" not in g:
        g.preferences = read_preferences(request.environ)
    return g.preferences


def set_page_language() -> None:
    """Show the current page in the language that the visitor prefers; else in that of :func:`set_default_language`."""
    g.page_language = preferences().language or g.get("default_language", ENGLISH)


def set_default_language(language: str | None) -> None:
    """Show the current page in the language that the visitor prefers; else in this one, or in English if it is None."""
    if language in LANGUAGES:
        g.default_language = language
    set_page_language()


def set_crew_language() -> None:
    """Show the current page in the language of the crew's API."""
    g.page_language = response_language()


def response_language() -> str:
    """Return the language that the client asks for: by the cookie, else ``Accept-Language``; else German, as in ephios."""
    language = request.cookies.get(LANGUAGE_COOKIE)
    return language if language in LANGUAGES else preferences().language or GERMAN


def send_language(response: Response) -> Response:
    """Name the language of the page in its headers."""
    response.headers["Content-Language"] = page_language()
    response.vary.add("Accept-Language")
    return response


def event_dates(timezone: str | None) -> LocalizedDates:
    """Return the formats of dates in the language of the page and in the time zone of an event, UTC without one."""
    return LocalizedDates(page_language(), timezone or "UTC", page_clock())


def page_clock() -> str:
    """Return the hours of the clock that the visitor prefers."""
    return preferences().clock if has_request_context() else CLOCKS[0]


def gettext(message: str, **values: object) -> str:
    """Translate a message to the language of the page. ``%(name)s`` in it stands for a value."""
    # The empty message is the key of a catalogue's header.
    text = _translations().gettext(message) if message else ""
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """As :func:`gettext`, in the form for the number, which is the value ``num``."""
    return _translations().ngettext(singular, plural, number) % {"num": number, **values}


def translate_error(error: DomainError) -> str:
    """Return the message of the error in the language of the page."""
    return translate_message(error.message)


def translate_message(message: TranslatableMessage) -> str:
    """Return the message in the language of the page."""
    return gettext(message.template, **message.values)


def lazy_gettext(message: str) -> LazyProxy:
    """Translate a message when it is shown. For labels and errors of form classes."""
    return LazyProxy(gettext, message, enable_cache=False)


def _translations():
    return load_translations(page_language())


def _template_gettext(message, **values):
    """The function ``_`` of templates: as Jinja's, with the translations of a process kept as markup, and twice as fast."""
    text = _translated_markup(page_language(), message)
    return text % values if "%" in text else text


@lru_cache(maxsize=4096)
def _translated_markup(language, message):
    return Markup(load_translations(language).gettext(message))  # noqa: S704 - of our own catalogues


@lru_cache
def _text_direction(language):
    return Locale.parse(language).text_direction
