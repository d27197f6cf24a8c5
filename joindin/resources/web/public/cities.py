"""Pages of cities and countries: their coming events, then their past ones."""

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.languages import set_page_language
from joindin.http.pages.template_formatting import country_name
from joindin.queries.agenda.agenda_lists import AgendaFilter
from joindin.queries.agenda.cities import get_city_by_path, list_cities_of_country
from joindin.queries.agenda.facets import Facets
from joindin.resources.web.public.agenda import agenda_page
from joindin.resources.web.public.event_search import COUNTRY_CODE
from joindin.resources.web.public.pages import blp, on_canonical_host, printable_or_not_found, redirect_to_spelling
from joindin.utils.gazetteer import normalise_name

MAX_CITIES = 50


@blp.get("/city/<country_code>/<city_slug>")
@on_canonical_host
def city_page(country_code, city_slug):
    slug = normalise_name(printable_or_not_found(city_slug)).replace(" ", "-")
    path = f"{_read_code(country_code)}/{slug}"
    city = get_city_by_path(reader(), path)
    if city is None:
        raise NotFound("There is no such city.")
    if path != f"{country_code}/{city_slug}":
        return redirect_to_spelling(f"/city/{path}")
    selected = AgendaFilter(facets=Facets(city_id=city.id))
    query = f"?city={path}"
    return agenda_page(f"/city/{path}", city.name, selected, feed_query=query, country=country_code, needs_events=True)


@blp.get("/country/<country_code>")
@on_canonical_host
def country_page(country_code):
    code = _read_code(country_code)
    if country_code != code:
        return redirect_to_spelling(f"/country/{code}")
    cities = list_cities_of_country(reader(), code.upper(), most=MAX_CITIES)
    if not cities:
        raise NotFound("There is no such country.")
    set_page_language()
    selected = AgendaFilter(facets=Facets(country_code=code.upper()))
    return agenda_page(f"/country/{code}", country_name(code), selected, feed_query=f"?country={code}", cities=cities)


def _read_code(text):
    if not COUNTRY_CODE.fullmatch(text.lower()):
        raise NotFound("There is no such country.")
    return text.lower()
