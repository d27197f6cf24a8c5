"""Settings of the site that admins change while it runs (Gancio contract, section 14)."""

from sqlalchemy import false, select

from joindin.extensions import site_name
from joindin.models import SiteSetting
from joindin.performance.sql.compiled import CompiledStatement

COLOURS = {"primary": "#e25a2f", "error": "#c62828", "info": "#1565c0", "success": "#2e7d32", "warning": "#b26a00"}

# The settings of the contract with the values that hold without a row. The server acts by some of them; clients show the others.
DEFAULT_SETTINGS = {
    # The title is the name of the site by default.
    "title": None,
    "description": "A shared agenda for local communities",
    "instance_timezone": "Europe/Rome",
    "instance_locale": "en",
    "instance_name": "relay",
    "allow_registration": True,
    "allow_anon_event": True,
    "allow_multidate_event": True,
    "allow_recurrent_event": False,
    "recurrent_event_visible": False,
    "allow_event_without_end_time": True,
    "allow_online_event": True,
    "show_download_media": True,
    "enable_moderation": False,
    "enable_report": False,
    "allow_geolocation": False,
    "geocoding_provider_type": "Nominatim",
    "geocoding_provider": "https://nominatim.openstreetmap.org/search",
    "geocoding_countrycodes": [],
    "tilelayer_provider": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "tilelayer_provider_attribution": "© OpenStreetMap contributors",
    "enable_federation": True,
    "federated_events_in_home": True,
    "enable_resources": False,
    "hide_boosts": True,
    "enable_trusted_instances": True,
    "trusted_instances_label": "",
    "theme.is_dark": True,
    "dark_colors": COLOURS,
    "light_colors": COLOURS,
    "hide_thumbs": False,
    "hide_calendar": False,
    "calendar_first_day_of_week": None,
    "footerLinks": [],
    "plugins": [],
    "admin_email": "",
    "smtp": {},
    "collection_in_home": None,
    "default_fedi_hashtags": [],
    "custom_js": "",
    "custom_css": "",
    "about": "",
    "logo": None,
    "fallback_image": None,
    "header_image": None,
}
# Never listed, whether or not they were stored as secrets.
SECRET_SETTINGS = ("smtp", "privateKey")
# The address of the web site from which identifiers in calendars, feeds and exports are made. It is stored once.
IDENTITY_URL = "identity_url"

_SETTINGS = CompiledStatement(select(SiteSetting.key, SiteSetting.value))
_IDENTITY_URL = CompiledStatement(select(SiteSetting.value).where(SiteSetting.key == IDENTITY_URL))
_LISTED = CompiledStatement(select(SiteSetting.key, SiteSetting.value).where(SiteSetting.is_secret == false()))


def load_site_settings(connection) -> dict:
    """Return all settings, secret ones included; ``connection`` is a session or the request's reader."""
    return _complete(connection.execute(_SETTINGS).all())


def list_site_settings(connection) -> dict:
    """Return the settings that may be shown."""
    settings = _complete(connection.execute(_LISTED).all())
    return {key: value for key, value in settings.items() if key not in SECRET_SETTINGS}


def find_identity_url(connection) -> str | None:
    """Return the address from which identifiers are made, if it was stored."""
    return connection.scalar(_IDENTITY_URL)


def _complete(rows):
    return DEFAULT_SETTINGS | {"title": site_name()} | dict(rows)
