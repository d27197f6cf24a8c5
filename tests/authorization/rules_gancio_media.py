"""Rules of images, imports and pictures of the site."""

from tests.authorization.rules import ADMINS, EVERYONE

GANCIO_MEDIA_RULES = {
    "/api/event/import": {"GET": EVERYONE},
    "/api/ics-import": {"POST": EVERYONE},
    "/api/ics-import/url": {"POST": EVERYONE},
    "/api/settings/fallbackImage": {"POST": ADMINS},
    "/api/settings/headerImage": {"POST": ADMINS},
    "/api/settings/logo": {"POST": ADMINS},
    "/download/{file}": {"GET": EVERYONE},
    "/collection/{name}": {"GET": EVERYONE},
    "/embed/list": {"GET": EVERYONE},
    "/embed/{slug}": {"GET": EVERYONE},
    "/embed/event/{slug}/schedule": {"GET": EVERYONE},
    "/embed/talk/{stub}": {"GET": EVERYONE},
    "/embed/user/{username}": {"GET": EVERYONE},
    "/gancio-events.es.js": {"GET": EVERYONE},
    "/place/{name}": {"GET": EVERYONE},
    "/tag/{name}": {"GET": EVERYONE},
    "/media/thumb/{file}": {"GET": EVERYONE},
    "/media/{file}": {"GET": EVERYONE},
    **{f"/{name}.png": {"GET": EVERYONE} for name in ("logo", "fallbackimage", "headerimage")},
}
