"""Cities and countries with visible events, and their numbers of events."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select, text

from joindin.models import City
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.usage import CITY, most_used_sql, totals_sql

_city = City.__table__.c
_COLUMNS = (_city.id, _city.country_code, _city.slug, _city.name)
_MOST_USED = most_used_sql(CITY, _COLUMNS, "true", "false")
_BY_SLUG = CompiledStatement(
    select(*_COLUMNS).where(_city.country_code == bindparam("code"), _city.slug == bindparam("slug"))
)
_NAMES = CompiledStatement(select(_city.id, _city.name).where(_city.id.in_(bindparam("ids", expanding=True))))
_COUNTRIES = CompiledStatement(
    text(f"""SELECT substr(counter, 9) AS code, number
        FROM ({totals_sql("counter LIKE 'country %'")}) totals WHERE number > 0 ORDER BY number DESC, counter""")
)
_COUNTER = "'city ' || cities.id"
_OF_COUNTRY = CompiledStatement(
    text(f"""SELECT cities.id, cities.country_code, cities.slug, cities.name, totals.number
        FROM ({totals_sql("counter IN (SELECT 'city ' || id FROM cities WHERE country_code = :code)")}) totals
        JOIN cities ON {_COUNTER} = totals.counter WHERE number > 0 ORDER BY number DESC, cities.id LIMIT :most""")
)


def list_most_used_cities(connection, *, most: int) -> Sequence:
    """Return the cities with the most events, with their ``number``."""
    return connection.execute(_MOST_USED, {"most": most}).all()


def list_countries(connection) -> Sequence:
    """Return code and ``number`` of the countries with events, the one with the most first."""
    return connection.execute(_COUNTRIES).all()


def list_cities_of_country(connection, code: str, *, most: int) -> Sequence:
    """Return the cities of a country with the most events, with their ``number``."""
    return connection.execute(_OF_COUNTRY, {"code": code, "most": most}).all()


def get_city_by_path(connection, path: str):
    """Return the city of a path such as ``de/berlin``; None if no event was ever found to be there."""
    code, _, slug = path.partition("/")
    return connection.execute(_BY_SLUG, {"code": code.upper(), "slug": slug}).first()


def find_city_names(connection, city_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of the cities by id: one statement."""
    return {row.id: row.name for row in connection.execute(_NAMES, {"ids": list(city_ids)})}
