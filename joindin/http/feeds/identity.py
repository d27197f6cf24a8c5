"""Addresses with the stored identity of the site, for identifiers in calendars, feeds and exports."""

from dataclasses import replace

from joindin.extensions import reader
from joindin.queries.agenda.site_settings import find_identity_url
from joindin.representations.links import Links


def with_identity(links: Links) -> Links:
    """Return the links with the address from which identifiers are made: one statement."""
    return replace(links, identity=find_identity_url(reader()))
