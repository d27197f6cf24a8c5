"""The web site with its search, and pages of people."""

from joindin.representations.json_ld.documents import person, without_empty
from joindin.representations.links import Links


def represent_website(name: str, links: Links) -> dict:
    address = f"{links.website}/"
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{links.website}/search?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    return {"@type": "WebSite", "@id": address, "url": address, "name": name, "potentialAction": search}


def represent_profile(user, links: Links) -> dict:
    address = links.user_page(user.username)
    details = {"@id": f"{address}#person", "alternateName": user.username, "description": user.biography}
    return {"@type": "ProfilePage", "url": address, "mainEntity": without_empty(person(user, links) | details)}
