"""The caller's rights over events and profiles of the crew, and the conditions that follow from them."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, exists, false, literal_column, or_, select, text, true

from joindin.db.text_functions import joined_words
from joindin.models import GrantedPermission, GroupMember
from joindin.models.crew import CrewDetails
from joindin.performance.read_models.crew import (
    EVENTS_COUNTER,
    GROUP_COUNTER,
    PARTICIPANT_COUNTER,
    USER_COUNTER,
    sum_of_changes,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.accounts.api_tokens import VALID_TOKENS, TokenIdentity, parse_valid_token
from joindin.security.tokens import hash_token
from joindin.viewer import ANONYMOUS, UserSnapshot, Viewer

_grants = GrantedPermission.__table__.c
_members = GroupMember.__table__.c
_details = CrewDetails.__table__.c

# No row has this id.
NO_USER_ID = 0
VIEWER_ID = bindparam("viewer_id", type_=Integer)


class CrewRights(NamedTuple):
    """Rights over everything. Rights over one event or user are conditions in SQL."""

    views_events: bool = False
    changes_events: bool = False
    deletes_events: bool = False
    views_profiles: bool = False
    is_admin: bool = False


class CrewViewer(NamedTuple):
    """``changes`` are the counters of everything that decides which events the user sees, ``own_changes`` those of the
    user's participations.
    """

    user_id: int
    rights: CrewRights
    viewer: Viewer
    preferred_language: str | None
    changes: tuple[int, int, int]
    own_changes: int

    @property
    def params(self) -> dict[str, int]:
        return {"viewer_id": self.user_id}


class ViewerFacts(NamedTuple):
    """Permissions over everything, separated by spaces, the language, and the counters of :class:`CrewViewer`."""

    permissions: str | None
    preferred_language: str | None
    event_changes: int
    user_changes: int
    group_changes: int
    own_changes: int


def get_token_with_facts(connection, token: str, now: dt.datetime) -> tuple[TokenIdentity | None, ViewerFacts | None]:
    """Return the valid token as :func:`get_valid_token`, and the facts about its user: one statement."""
    row = connection.execute(_TOKEN_WITH_FACTS, {"hash": hash_token(token)}).first()
    if row is None:
        return None, None
    size = len(ViewerFacts._fields)
    return parse_valid_token(row[:-size], now), ViewerFacts(*row[-size:])


def load_viewer_facts(connection, user_id: int) -> ViewerFacts:
    return ViewerFacts(*connection.execute(_VIEWER, {"viewer_id": user_id}).one())


def load_crew_viewer(connection, user: UserSnapshot) -> CrewViewer:
    """Return the caller with the rights that they and their groups have over everything: one statement."""
    return make_crew_viewer(user, load_viewer_facts(connection, user.id))


def make_crew_viewer(user: UserSnapshot, facts: ViewerFacts) -> CrewViewer:
    permissions = frozenset((permission, None) for permission in (facts.permissions or "").split())
    viewer = Viewer(user, permissions=permissions)
    return CrewViewer(
        user.id,
        CrewRights(
            views_events=viewer.has_permission("view_event"),
            changes_events=viewer.has_permission("change_event"),
            deletes_events=viewer.has_permission("delete_event"),
            views_profiles=viewer.has_permission("view_userprofile"),
            is_admin=viewer.is_admin,
        ),
        viewer,
        facts.preferred_language,
        (facts.event_changes, facts.user_changes, facts.group_changes),
        facts.own_changes,
    )


def load_service_viewer(connection, *, views_profiles: bool) -> CrewViewer:
    """Return a service of the operator, which is no person: it sees all active events, and changes nothing."""
    facts = load_viewer_facts(connection, NO_USER_ID)
    rights = CrewRights(views_events=True, views_profiles=views_profiles)
    return CrewViewer(NO_USER_ID, rights, ANONYMOUS, None, (facts.event_changes, 0, 0), 0)


def is_event_visible(rights: CrewRights, event_id, *, from_grants: bool = False):
    """Return the condition that the event is no draft and that the viewer may see it. ``crew_details`` has to be joined.

    With ``from_grants`` the events come from the permissions of the viewer: faster if there are few, and to count them.
    """
    if from_grants and not rights.views_events:
        granted = select(_grants.on_event_id).where(_grants.permission == "view_event", _is_holder())
        return (_details.is_draft == false()) & event_id.in_(granted)
    return (_details.is_draft == false()) & may_view_event(rights, event_id)


def may_view_event(rights: CrewRights, event_id):
    return _is_granted(rights.views_events, "view_event", _grants.on_event_id, event_id)


def may_change_event(rights: CrewRights, event_id):
    return _is_granted(rights.changes_events, "change_event", _grants.on_event_id, event_id)


def may_delete_event(rights: CrewRights, event_id):
    return _is_granted(rights.deletes_events, "delete_event", _grants.on_event_id, event_id)


def may_view_profile(rights: CrewRights, user_id):
    return _is_granted(rights.views_profiles, "view_userprofile", _grants.on_user_id, user_id)


def _is_granted(has_right, permission, column, object_id):
    if has_right:
        return true()
    return exists().where(_grants.permission == permission, column == object_id, _is_holder())


def _is_holder():
    groups = select(_members.group_id).where(_members.user_id == VIEWER_ID)
    return or_(_grants.user_id == VIEWER_ID, _grants.group_id.in_(groups))


def _facts(user_id):
    """Return the columns of :class:`ViewerFacts`; ``user_id`` is SQL."""
    groups = f"SELECT group_id FROM group_members WHERE user_id = {user_id}"
    counters = {
        "event_changes": EVENTS_COUNTER,
        "user_changes": f"{USER_COUNTER}{user_id}",
        "group_changes": f"SELECT {GROUP_COUNTER}group_id FROM group_members WHERE user_id = {user_id}",
        "own_changes": f"{PARTICIPANT_COUNTER}{user_id}",
    }
    permissions = select(joined_words(_grants.permission)).where(
        _grants.on_event_id.is_(None),
        _grants.on_user_id.is_(None),
        _grants.on_group_id.is_(None),
        text(f"(granted_permissions.user_id = {user_id} OR granted_permissions.group_id IN ({groups}))"),
    )
    return (
        permissions.scalar_subquery().label("permissions"),
        literal_column(f"(SELECT preferred_language FROM crew_profiles WHERE user_id = {user_id})").label(
            "preferred_language"
        ),
        *(literal_column(sum_of_changes(counter)).label(name) for name, counter in counters.items()),
    )


_VIEWER = CompiledStatement(select(*_facts("viewer.id")).select_from(select(VIEWER_ID.label("id")).subquery("viewer")))
_TOKEN_WITH_FACTS = CompiledStatement(VALID_TOKENS.add_columns(*_facts("access_tokens.user_id")))
