"""Changes of who sees an event with a crew and who is responsible for it, and of whether it is a draft (spec 4)."""

from collections.abc import Collection

from sqlalchemy import exists, select

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import Conflict
from joindin.models import Event, GrantedPermission, Group, User
from joindin.models.crew import Participation, Shift
from joindin.operations.accounts.granted_permissions import grant_permission, revoke_permission
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.operations.crew.shifts import lock_crew_details
from joindin.operations.crew.signup import MSG_BUSY
from joindin.queries.crew.planning.event_holders import list_groups_with_publishable, load_event_holders
from joindin.viewer import UserSnapshot

MSG_NO_SHIFTS = "An event without shifts stays a draft. Add a shift."
VIEW, CHANGE = "view_event", "change_event"


def set_event_holders(
    session,
    event_id: int,
    *,
    visible_group_ids: Collection[int] | None = None,
    responsible_group_ids: Collection[int] | None = None,
    responsible_user_ids: Collection[int] | None = None,
    actor: UserSnapshot,
) -> None:
    """Set the groups that see an event, and its responsible groups and users. None keeps a kind.

    Groups for which the actor does not publish stay as they are. People who take part keep the right to see the event.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if there is no such group or user, or the actor does not publish for the group.
    :raises Conflict: if the locks are not free in time.
    """

    def change():
        lock_crew_details(session, event_id)
        holders = load_event_holders(session, event_id)
        visible = _choose_visible(session, actor, holders.visible_group_ids, visible_group_ids)
        groups = _choose(session, Group, "responsible_groups", responsible_group_ids, holders.responsible_group_ids)
        users = _choose(session, User, "responsible_users", responsible_user_ids, holders.responsible_user_ids)
        _store(session, event_id, Group, "group_id", groups | visible, groups, session.get_one(User, actor.id))
        taking_part = set(
            session.scalars(
                select(Participation.user_id)
                .join(Shift, Shift.id == Participation.shift_id)
                .where(Shift.event_id == event_id, Participation.user_id.is_not(None))
            )
        )
        viewing = users | (_user_ids_with_view(session, event_id) - (holders.responsible_user_ids - taking_part))
        _store(session, event_id, User, "user_id", viewing, users, session.get_one(User, actor.id))

    retry_on_lock_timeout(session, change, message=MSG_BUSY)


def set_event_draft(session, event_id: int, is_draft: bool, *, actor: UserSnapshot) -> None:
    """Make an event active, or a draft again, which only its planners see. People who are signed up stay.

    :raises NotFound: if the event has no crew.
    :raises Conflict: if an event without shifts would become active.
    """
    details = lock_crew_details(session, event_id)
    if not is_draft and not session.scalar(select(exists().where(Shift.event_id == event_id))):
        raise Conflict(MSG_NO_SHIFTS)
    if details.is_draft != is_draft:
        details.is_draft = is_draft
        session.flush()
        log_action(
            session,
            "event.edit",
            session.get_one(Event, event_id),
            actor=session.get_one(User, actor.id),
            changes={"draft": [not is_draft, is_draft]},
        )


def _choose_visible(session, actor, current, chosen):
    if chosen is None:
        return set(current)
    groups, publishable = list_groups_with_publishable(session, actor)
    if not set(chosen) <= (publishable | current) & {group.id for group in groups}:
        raise InvalidCrewField("visible_for", MSG_NO_CHOICE)
    return (set(chosen) & publishable) | (set(current) - publishable)


def _choose(session, model, field, chosen, current):
    if chosen is None:
        return set(current)
    if set(session.scalars(select(model.id).where(model.id.in_(chosen)))) != set(chosen):
        raise InvalidCrewField(field, MSG_NO_CHOICE)
    return set(chosen)


def _user_ids_with_view(session, event_id):
    return set(
        session.scalars(
            select(GrantedPermission.user_id).where(
                GrantedPermission.on_event_id == event_id,
                GrantedPermission.permission == VIEW,
                GrantedPermission.user_id.is_not(None),
            )
        )
    )


def _store(session, event_id, model, column, viewing, changing, actor):
    """Grant and revoke the permissions of one kind of holders, in the order of their ids."""
    wanted = {(id_, VIEW) for id_ in viewing} | {(id_, CHANGE) for id_ in changing}
    rows = session.execute(
        select(GrantedPermission.id, getattr(GrantedPermission, column), GrantedPermission.permission).where(
            GrantedPermission.on_event_id == event_id,
            GrantedPermission.permission.in_((VIEW, CHANGE)),
            getattr(GrantedPermission, column).is_not(None),
        )
    ).all()
    present = {(holder_id, permission): id_ for id_, holder_id, permission in rows}
    event = session.get_one(Event, event_id)
    for holder_id, permission in sorted(wanted - present.keys()):
        grant_permission(session, session.get_one(model, holder_id), permission, event, actor=actor)
    for key in sorted(present.keys() - wanted):
        revoke_permission(session, present[key], actor=actor)
