"""Addresses by which other servers discover this one: WebFinger, NodeInfo, host-meta (contract, section 16)."""

from importlib.metadata import version as installed_version
from xml.sax.saxutils import quoteattr

import orjson
from flask import request

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import reader
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.usage_statistics import count_usage
from joindin.resources.gancio.base_url import base_url, host
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.responses import read_response, text_response

blp = StrictBlueprint("gancio_well_known", __name__, url_prefix="/.well-known")

NODEINFO_VERSIONS = ("2.0", "2.1")
NODEINFO_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
APPLICATION_RELATION = "https://www.w3.org/ns/activitystreams#Application"
SOFTWARE = {"name": "joindin", "version": installed_version("joindin")}
SERVICES = {"inbound": [], "outbound": ["rss2.0"]}
MAX_RESOURCE_LENGTH = 500
MSG_NO_ACCOUNT = (
    'Bad request. Please make sure "acct:USER@DOMAIN" is what you are sending as the "resource" query parameter.'
)
HOST_META = """<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/xrd+xml" template={}/>
</XRD>
"""


@blp.get("/webfinger")
def webfinger():
    """Describe the actor of this server, whose account or address is asked for."""
    settings = load_site_settings(reader())
    if not settings["enable_federation"]:
        raise NotFound("Federation disabled")
    name = settings["instance_name"]
    resource = request.args.get("resource", "")[:MAX_RESOURCE_LENGTH]
    if resource not in (base_url(), f"{base_url()}/", _actor(name)):
        wanted, _, domain = resource.removeprefix("acct:").rpartition("@")
        if not resource.startswith("acct:") or not wanted or domain.lower() != host():
            raise InvalidInput(MSG_NO_ACCOUNT)
        if wanted != name:
            raise NotFound(f"No record found for {wanted}")
    links = [
        {"rel": "self", "type": "application/activity+json", "href": _actor(name)},
        {"rel": "http://webfinger.net/rel/avatar", "type": "image/png", "href": f"{base_url()}/logo.png"},
    ]
    body = {"subject": f"acct:{name}@{host()}", "links": links}
    return read_response(orjson.dumps(body), "application/jrd+json; charset=utf-8")


@blp.get("/nodeinfo")
def list_nodeinfo():
    settings = load_site_settings(reader())
    links = [
        {"rel": f"{NODEINFO_SCHEMA}{version}", "href": f"{base_url()}/.well-known/nodeinfo/{version}"}
        for version in NODEINFO_VERSIONS
    ]
    if settings["enable_federation"]:
        links.append({"rel": APPLICATION_RELATION, "href": _actor(settings["instance_name"])})
    return _json_response({"links": links})


@blp.get("/nodeinfo/<version>")
def get_nodeinfo(version):
    if version not in NODEINFO_VERSIONS:
        return refuse_others()
    settings = load_site_settings(reader())
    return _json_response({"version": version, "software": SOFTWARE} | _describe_site(settings) | _metadata(settings))


@blp.get("/x-nodeinfo2")
def get_nodeinfo2():
    settings = load_site_settings(reader())
    server = {
        "baseUrl": base_url(),
        "name": settings["title"],
        "software": SOFTWARE["name"],
        "version": SOFTWARE["version"],
    }
    return _json_response({"version": "1.0", "server": server} | _describe_site(settings) | _metadata(settings))


@blp.get("/host-meta")
def get_host_meta():
    template = quoteattr(f"{base_url()}/.well-known/webfinger?resource={{uri}}")
    return read_response(HOST_META.format(template).encode(), "application/xrd+xml; charset=utf-8")


@blp.get("/<path:rest>")
def refuse_others(rest=""):
    return text_response("404: Page not Found", 404)


def _json_response(body):
    return read_response(orjson.dumps(body))


def _actor(name):
    return f"{base_url()}/federation/u/{name}"


def _describe_site(settings):
    usage = count_usage(reader())
    return {
        "protocols": ["activitypub"] if settings["enable_federation"] else [],
        "services": SERVICES,
        "openRegistrations": settings["allow_registration"],
        "usage": {"users": {"total": usage.users}, "localPosts": usage.events, "localComments": 0},
    }


def _metadata(settings):
    return {
        "metadata": {
            "nodeDescription": settings["description"],
            "nodeName": settings["title"],
            "nodeTimezone": settings["instance_timezone"],
            "nodeActor": settings["instance_name"],
        }
    }
