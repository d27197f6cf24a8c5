"""Groups of users, and permissions of users and groups."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User
from joindin.utils.text import fold_case_accents

# The permissions, and the type of object that each can be limited to. None: only for everything.
PERMISSIONS = {
    "view_event": "event",
    "add_event": None,
    "change_event": "event",
    "delete_event": "event",
    "view_userprofile": "user",
    "add_userprofile": None,
    "change_userprofile": "user",
    "delete_userprofile": "user",
    "publish_event_for_group": "group",
    "decide_workinghours_for_group": "group",
    "manage_groups": None,
    "manage_event_types": None,
    "manage_qualifications": None,
    "manage_building_blocks": None,
    "manage_questions": None,
    "manage_applications": None,
    "manage_federation": None,
    "view_log": None,
}

# Those that this version checks. The others guard functions of ephios that are not built yet; its API accepts them.
EFFECTIVE_PERMISSIONS = (
    "view_log", "manage_groups", "manage_applications", "manage_federation", "manage_event_types", "manage_qualifications",
    "manage_building_blocks", "manage_questions",
    "view_event", "add_event", "change_event", "delete_event", "publish_event_for_group",
    "view_userprofile", "add_userprofile", "change_userprofile", "delete_userprofile", "decide_workinghours_for_group",
)  # fmt: skip

_PROFILES = ("view_userprofile", "add_userprofile", "change_userprofile", "delete_userprofile")

# The permissions that groups of a kind usually have, for all objects.
PRESETS = {
    "planning": ("add_event", "delete_event"),
    "hr": _PROFILES,
    "management": (
        *_PROFILES,
        "view_event", "add_event", "change_event", "delete_event",
        "manage_groups", "manage_event_types", "manage_qualifications",
        "publish_event_for_group", "view_log",
    ),
}  # fmt: skip


_IS_UNLIMITED = "on_event_id IS NULL AND on_user_id IS NULL AND on_group_id IS NULL"


class Group(db.Model):
    """``name_key`` is the folded name and unique."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @validates("name")
    def _set_key(self, _field, value):
        self.name_key = fold_case_accents(value)
        return value


class GroupMember(db.Model):
    __tablename__ = "group_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))

    group: Mapped[Group] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("group_id", "user_id"),
        Index("ix_group_members_user_id", "user_id", "group_id"),
    )


class GrantedPermission(db.Model):
    """A permission of a user or a group, for all objects or for one event, user or group.

    ``unique_key`` holds the holder, the permission and the object as text, so that nothing is granted twice. A unique
    constraint over the columns would not do, because the databases treat NULLs as different.
    """

    __tablename__ = "granted_permissions"

    id: Mapped[int] = mapped_column(primary_key=True)
    permission: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    on_event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    on_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    on_group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id", ondelete="CASCADE"), index=True)
    unique_key: Mapped[str] = mapped_column(String(120), unique=True)

    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (group_id IS NULL)", name="one_holder"),
        CheckConstraint(
            "(CASE WHEN on_event_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN on_user_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN on_group_id IS NULL THEN 0 ELSE 1 END) <= 1",
            name="one_object",
        ),
        # Lists of the crew look up each event in it.
        Index("ix_granted_permissions_on_event_id", "on_event_id", "permission", "user_id", "group_id"),
        # A group may have permissions for each of many events.
        Index(
            "ix_granted_permissions_unlimited",
            "permission",
            "user_id",
            "group_id",
            sqlite_where=text(_IS_UNLIMITED),
            postgresql_where=text(_IS_UNLIMITED),
        ),
    )
