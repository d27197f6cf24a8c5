"""Events that federation hosts share with the users of this instance (spec 13.3). Hosts are asked at each view."""

import datetime as dt
import logging

from flask import Response, request

from joindin.errors import NotFound
from joindin.extensions import db
from joindin.federation.requests import AccessEnded, PeerFailed, list_events_of_hosts
from joindin.http.pages.languages import lazy_gettext
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.crew.federation.hosts import remove_host
from joindin.operations.rate_limits import EXTERNAL_EVENTS, consume_attempt
from joindin.queries.crew.federation import list_hosts
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.federation.settings import other_instance
from joindin.utils.datetimes import utc_now

PAST_DAYS = 14
ERRORS = {
    "oauth_error": lazy_gettext("Signing in at the other instance did not work. Open the event again."),
    "event_error": lazy_gettext("The other instance no longer knows which event you opened. Open it again."),
}

log = logging.getLogger(__name__)


@blp.get("/events/external/")
@sign_in_required
def list_external_events() -> Response:
    """List the events of all hosts by start. A host that has removed this instance is deleted."""
    hosts = [
        (host.id, host.name, host.url, host.credentials.get("access_token", "")) for host in list_hosts(db.session)
    ]
    if hosts:
        consume_attempt(db.session, EXTERNAL_EVENTS, require_user().id, now=utc_now())
    # No transaction stays open during the requests.
    db.session.commit()
    ends_from = (utc_now() - dt.timedelta(days=PAST_DAYS)).isoformat(timespec="seconds")
    answers = list_events_of_hosts([other_instance(url, token) for _, _, url, token in hosts], ends_from)
    events, silent, ended = [], [], []
    for (host_id, name, url, _token), answer in zip(hosts, answers, strict=True):
        if isinstance(answer, AccessEnded):
            ended.append(name)
            _delete_host(host_id)
        elif isinstance(answer, PeerFailed):
            log.warning("%s does not list its events: %s", url, answer)
            silent.append(name)
        else:
            events += [(event, name) for event in answer]
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    events.sort(key=lambda pair: (pair[0].starts_at or far, pair[0].ends_at or far, pair[0].title))
    return crew_page(
        "web/federation/external_events.html",
        events=events,
        hosts=hosts,
        silent=silent,
        ended=ended,
        error=ERRORS.get(request.args.get("error", "")),
    )


def _delete_host(host_id):
    try:
        remove_host(db.session, host_id, actor=None)
        db.session.commit()
    except NotFound:
        # Another view was faster.
        db.session.rollback()
