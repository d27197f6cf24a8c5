"""The Joind.in API, version 2.1: the contract that its web site, apps and scripts were written against."""

from flask import Flask
from flask_smorest import Api

from joindin.resources.v2_1 import (
    applications,
    audit,
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
    groups,
    landing,
    languages,
    permits,
    personal_tokens,
    profiles,
    rejection_reasons,
    roles,
    talk_comments,
    talk_links,
    talk_speakers,
    talks,
    tokens,
    tracks,
    users,
    waiting,
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
    personal_tokens,
    applications,
    emails,
    contact,
    elsewhere,
    languages,
    waiting,
    rejection_reasons,
    roles,
    groups,
    permits,
    audit,
)


def mount(app: Flask, api: Api) -> None:
    callers.mount(app)
    documented.mount(api)
    for room in ROOMS:
        api.register_blueprint(room.blp)
