"""Events as listings of the conference-data project (confs.tech), whose format the import ``joindin import conferences`` reads."""

import re

from joindin.models.agenda.call_times import CallTimes
from joindin.representations.attendance import is_online
from joindin.utils.datetimes import get_timezone
from joindin.utils.text import is_web_url

CONTENT_TYPE = "application/json"
# The project's names of countries. Events in other countries have no listing there.
COUNTRY_NAMES = dict(
    each.split(" ", 1)
    for each in [
        "AR Argentina",
        "AM Armenia",
        "AU Australia",
        "AT Austria",
        "BD Bangladesh",
        "BY Belarus",
        "BE Belgium",
        "BO Bolivia",
        "BA Bosnia and Herzegovina",
        "BR Brazil",
        "BG Bulgaria",
        "CA Canada",
        "KY Cayman Islands",
        "CL Chile",
        "CN China",
        "CO Colombia",
        "HR Croatia",
        "CU Cuba",
        "CY Cyprus",
        "CZ Czech Republic",
        "DK Denmark",
        "DO Dominican Republic",
        "EG Egypt",
        "EE Estonia",
        "ET Ethiopia",
        "FI Finland",
        "FR France",
        "GE Georgia",
        "DE Germany",
        "GH Ghana",
        "GR Greece",
        "GT Guatemala",
        "HK Hong Kong",
        "HU Hungary",
        "IS Iceland",
        "IN India",
        "ID Indonesia",
        "IR Iran",
        "IE Ireland",
        "IL Israel",
        "IT Italy",
        "JM Jamaica",
        "JP Japan",
        "JO Jordan",
        "KE Kenya",
        "XK Kosovo",
        "LV Latvia",
        "LT Lithuania",
        "LU Luxembourg",
        "MY Malaysia",
        "MT Malta",
        "MU Mauritius",
        "MX Mexico",
        "MD Moldova",
        "MA Morocco",
        "NA Namibia",
        "NP Nepal",
        "NL Netherlands",
        "NZ New Zealand",
        "NG Nigeria",
        "MK North Macedonia",
        "NO Norway",
        "PA Panama",
        "PE Peru",
        "PH Philippines",
        "PL Poland",
        "PT Portugal",
        "PR Puerto Rico",
        "QA Qatar",
        "RO Romania",
        "RU Russia",
        "SA Saudi Arabia",
        "RS Serbia",
        "SG Singapore",
        "SK Slovakia",
        "SI Slovenia",
        "ZA South Africa",
        "KR South Korea",
        "ES Spain",
        "SE Sweden",
        "CH Switzerland",
        "TW Taiwan",
        "TZ Tanzania",
        "TH Thailand",
        "TN Tunisia",
        "TR Turkey",
        "GB U.K.",
        "US U.S.A.",
        "UA Ukraine",
        "AE United Arab Emirates",
        "UY Uruguay",
        "VN Vietnam",
    ]
)


def represent_listing(event, city_name: str | None, language: str | None) -> dict | None:
    """Return the listing of an event with a call for papers; None if it lacks what a listing has to have.

    That is a web site, and a city in a known country or taking part online. Days are those of the event's time zone.
    """
    place, takes_place_online = _place(event, city_name), is_online(event)
    if not is_web_url(event.href) or not (place or takes_place_online):
        return None
    zone, times = get_timezone(event.timezone), CallTimes.of(event)
    listing = {
        "name": event.name,
        "url": event.href,
        "startDate": f"{event.starts_at.astimezone(zone).date()}",
        "endDate": f"{event.ends_at.astimezone(zone).date()}",
        **place,
    }
    if takes_place_online:
        listing["online"] = True
    if language:
        listing["locales"] = language.upper()
    if is_web_url(event.cfp_url):
        listing["cfpUrl"] = event.cfp_url
    if times.ends_at is not None:
        listing["cfpEndDate"] = f"{times.local_end.date()}"
    return listing


def _place(event, city_name):
    country = COUNTRY_NAMES.get(event.country_code)
    if city_name is None or country is None:
        return {}
    # Cities of the United States have their state.
    state = re.search(rf"{re.escape(city_name)}, ([A-Z]{{2}})\b", event.location or "") if country == "U.S.A." else None
    return {"city": f"{city_name}, {state[1]}" if state else city_name, "country": country}
