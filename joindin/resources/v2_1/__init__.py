"""The Joind.in API, version 2.1: the contract that its web site, apps and scripts were written against."""

from flask import Flask
from flask_smorest import Api

from joindin.resources.v2_1 import (
    applications,
    callers,
    contact,
    documented,
    elsewhere,
    emails,
    errors,
    event_comments,
    event_hosts,
    event_images,
    event_talks,
    events,
    landing,
    languages,
    profiles,
    talk_comments,
    talk_links,
    talk_speakers,
    talks,
    tokens,
    tracks,
    users,
)

__all__ = ["errors", "mount"]

ROOMS = (
    landing,
    events,
    event_hosts,
    event_images,
    event_comments,
    event_talks,
    tracks,
    talks,
    talk_links,
    talk_speakers,
    talk_comments,
    users,
    profiles,
    tokens,
    applications,
    emails,
    contact,
    elsewhere,
    languages,
)


def mount(app: Flask, api: Api) -> None:
    callers.mount(app)
    documented.mount(api)
    for room in ROOMS:
        api.register_blueprint(room.blp)
