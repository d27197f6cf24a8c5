"""Rows that every route finds, a user in each role, and requests to every route by method and documented path."""

import datetime as dt
import re
from dataclasses import dataclass, field
from itertools import count

from joindin.http.surface_routing import DOCS, EPHIOS, GANCIO, MEDIA, OAUTH2, V2_1, WEB, surface_for_path
from joindin.http.trailing_slash import REDIRECT_ENDPOINT_SUFFIX
from joindin.models import PERSONAL, AccessToken, BrowserSession, GrantedPermission, Passkey, SiteSetting, User
from joindin.models.crew import CrewDetails
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.rejection_reasons import add_reason
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.agenda_series import make_series
from tests.api_client import ApiClient
from tests.browser_client import PASSWORD_HASH, Browser
from tests.crew_factories import (
    make_building_block,
    make_consequence,
    make_event_type,
    make_qualification,
    make_question,
    make_shift,
    make_working_hours,
)
from tests.factories import (
    days_from_now,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_group,
    make_report,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
    newest,
)

# The visitor has no account. The owner has written the comments, registered the application and claimed the talk.
ROLES = ("visitor", "user", "owner", "speaker", "other host", "host", "editor", "manager", "reader", "admin")
TOKEN_SURFACES, SESSION_SURFACES = (V2_1, GANCIO, EPHIOS), (WEB, EPHIOS, OAUTH2)
ALL_SURFACES = (V2_1, GANCIO, EPHIOS, WEB, OAUTH2, DOCS, MEDIA)

_address = count(1)


@dataclass
class World:
    users: dict[str, User]
    # By the name of the variable in a path.
    ids: dict[str, int]
    # Variables whose meaning depends on the path.
    special_ids: dict[str, dict[str, int | str]] = field(default_factory=dict)

    def path(self, documented_path: str) -> str:
        ids = self.ids | next((ids for part, ids in self.special_ids.items() if part in documented_path), {})
        return re.sub(r"{(\w+)}", lambda name: str(ids.get(name[1], "nothing")), documented_path)


def make_world(session) -> World:
    flags = {"editor": {"is_editor": True}, "admin": {"is_admin": True}}
    users = {
        role: make_user(session, role.replace(" ", "-"), password_hash=PASSWORD_HASH, **flags.get(role, {}))
        for role in ROLES
        if role != "visitor"
    }
    grant_permission(session, users["manager"], "manage_groups", actor=None)
    grant_permission(session, users["reader"], "view_log", actor=None)
    subject, owner, now = make_user(session, "subject"), users["owner"], utc_now()
    event = make_event(session, host=users["host"])
    make_event(session, host=users["other host"])
    track, room = make_track(session, event), make_room(session, event)
    link = ("slides_link", "https://slides.example/")
    talk = make_talk(session, event, speakers=[users["speaker"], "Free Name"], tracks=[track], links=[link])
    talk_without_slug = make_talk(session, event, slug=None, speakers=[users["speaker"]])
    free = next(each for each in talk.speakers if each.user_id is None)
    claim = make_claim(session, talk, free, owner)
    comment = make_event_comment(session, event, owner, created_at=now)
    talk_comment = make_talk_comment(session, talk, owner, created_at=now)
    make_report(session, comment), make_report(session, talk_comment)
    event_type = make_event_type(session)
    session.add(CrewDetails(event_id=event.id, event_type_id=event_type.id, is_draft=False))
    shift = make_shift(session, event)
    group = make_group(session, members=[subject])
    grant_permission(session, group, "view_log", actor=None)
    permission = newest(session, GrantedPermission)
    token = AccessToken(
        kind=PERSONAL, description="Own", token_hash=hash_token("own"), user_id=owner.id, created_at=now
    )
    opened = {"authenticated_at": now, "last_seen_at": now, "expires_at": now + dt.timedelta(days=365)}
    browser_session = BrowserSession(token_hash="own", user_id=owner.id, created_at=now, **opened)
    passkey = Passkey(user_id=owner.id, credential_id=b"1", public_key=b"1", sign_count=0, name="Key", created_at=now)
    session.add_all([token, browser_session, passkey])
    hours = make_working_hours(session, subject)
    consequence = make_consequence(session, subject)
    qualification = make_qualification(session)
    # Routes that are closed unless the operator opens them.
    opened_settings = ("enable_moderation", "enable_report")
    session.add_all(SiteSetting(key=key, value=True, updated_at=now) for key in opened_settings)
    session.flush()
    client = make_client(session, "own", owner_id=owner.id, callback_url="https://app.example/back")
    ids = {
        "event_id": event.id,
        "event_type_id": event_type.id,
        "block_id": make_building_block(session).id,
        "question_id": make_question(session, shift).id,
        "shift_id": shift.id,
        "talk_id": talk.id,
        "track_id": track.id,
        "room_id": room.id,
        "link_id": talk.links[0].id,
        "user_id": subject.id,
        "comment_id": comment.id,
        "claim_id": claim.id,
        "invitation_id": 1,
        "group_id": group.id,
        "permission_id": permission.id,
        "reason_id": add_reason(session, title="Off topic", text="Not about us", actor=None).id,
        "client_id": client.id,
        "consequence_id": consequence.id,
        "entry_id": hours.id,
        "category_id": qualification.category_id,
        "qualification_id": qualification.id,
        "token_id": token.id,
        "session_id": browser_session.id,
        "passkey_id": passkey.id,
        "language_id": talk.language_id,
        "type_id": talk.type_id,
    }
    speaker_id = {"user_id": users["speaker"].id}
    series = make_series(session, days_from_now(3), host=users["host"], timezone="UTC")
    special_ids = {
        "/manage/comments/talks/": {"slug": event.slug, "comment_id": talk_comment.id},
        "/manage/": {"slug": event.slug, "ending": "csv"},
        "{talk_slug}/": {
            "slug": event.slug,
            "talk_slug": talk.slug,
            "speaker_id": next(each.id for each in talk.speakers if each.user_id is not None),
        },
        "{slug}/comments": {"slug": event.slug},
        "/talk/{stub}/": {"stub": talk_without_slug.stub, "speaker_id": talk_without_slug.speakers[0].id},
        "/comments/talk/": {"comment_id": talk_comment.id},
        "dates/": {"event_id": series.id, "day": f"{series.starts_at:%Y-%m-%d}"},
        "speakers/": speaker_id,
        "talk_comments/": {"comment_id": talk_comment.id},
        "reports/talks/": {"comment_id": talk_comment.id},
    }
    session.commit()
    return World(users, ids, special_ids)


def list_routes(app, surfaces=ALL_SURFACES):
    """Return method and documented path of every route; redirects to the trailing slash are left out."""
    return sorted(
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if surface_for_path(rule.rule) in surfaces and not rule.endpoint.endswith(REDIRECT_ENDPOINT_SUFFIX)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    )


def fresh_network() -> dict[str, str]:
    """Return the environment of a request from a network that has sent none before: no rate limit applies."""
    number = next(_address)
    return {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


class Caller:
    """Sends requests without a body: with a token to APIs, and with a session and its CSRF token to pages.

    A session cookie is also sent to the API of the crew, which accepts both.
    """

    def __init__(self, app, user=None, *, token=None, session_cookie=None):
        self._api = ApiClient(app, token)
        self.browser = Browser(app)
        self._has_only_session = session_cookie is not None
        if session_cookie:
            self.browser.set_cookie("sessionid", session_cookie)
        elif user is not None:
            self.browser.sign_in_directly(user)
        self._csrf_token = None

    def request(self, method, path, body=None):
        surface = surface_for_path(path)
        if surface in (*TOKEN_SURFACES, MEDIA, DOCS) and not (surface == EPHIOS and self._has_only_session):
            return self._api.request(method, path, json=body, environ_base=fresh_network())
        headers = {} if method == "GET" else {"X-CSRFToken": self._read_csrf_token()}
        return self.browser.request(method, path, headers=headers, environ_base=fresh_network())

    def _read_csrf_token(self):
        if self._csrf_token is None:
            page = "/accounts/profile/" if self.browser.is_signed_in else "/accounts/login/"
            self._csrf_token = self.browser.token(page)
        return self._csrf_token
