"""Venue plans of events. Their files are in the folders of the flyers.

The occurrences of a series share the files of their parent. They are deleted with the last event that names them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from joindin.models import Event, EventVenuePlan
from joindin.operations.agenda.flyers import FlyerStore, new_file_name
from joindin.operations.images import FLYERS_FOLDER, THUMBNAILS_FOLDER

if TYPE_CHECKING:
    # Pillow needs as much memory as a thousand rendered events. It is loaded when an image is processed.
    from joindin.utils.images.flyers import ProcessedFlyer

# Plans have small letters.
PLAN_WIDTH_PX = 2400


@dataclass(frozen=True)
class VenuePlanChange:
    """A new plan, or None to keep the present one with a new text; ``is_removed`` removes it."""

    plan: "ProcessedFlyer | None" = None
    alt_text: str = ""
    is_removed: bool = False


def change_venue_plan(session, event: Event, change: VenuePlanChange, files: FlyerStore) -> None:
    """Set, describe or remove the venue plan of an event whose row is locked."""
    if change.plan is not None:
        remove_venue_plan(session, event, files)
        file = new_file_name()
        files.write_flyer(file, change.plan.content, change.plan.thumbnail)
        session.add(
            EventVenuePlan(
                event_id=event.id,
                file=file,
                width=change.plan.width,
                height=change.plan.height,
                alt_text=change.alt_text,
            )
        )
        session.flush()
    elif change.is_removed:
        remove_venue_plan(session, event, files)
    elif (plan := session.get(EventVenuePlan, event.id, populate_existing=True)) is not None:
        plan.alt_text = change.alt_text
        session.flush()


def remove_venue_plan(session, event: Event, files: FlyerStore) -> None:
    """Remove the plan of an event, and its files unless another event names them."""
    plan = session.get(EventVenuePlan, event.id, populate_existing=True)
    if plan is None:
        return
    is_shared = exists().where(EventVenuePlan.file == plan.file, EventVenuePlan.event_id != event.id)
    if not session.scalar(select(is_shared)):
        files.replace(plan.file, FLYERS_FOLDER)
        files.replace(plan.file, THUMBNAILS_FOLDER)
    session.delete(plan)
    session.flush()


def copy_venue_plan(session, source: Event, event: Event) -> None:
    """Give a new event the plan of another; both share the files. The caller holds the lock of ``source``."""
    plan = session.get(EventVenuePlan, source.id, populate_existing=True)
    if plan is not None:
        values = {name: getattr(plan, name) for name in ("file", "width", "height", "alt_text")}
        session.add(EventVenuePlan(event_id=event.id, **values))
        session.flush()
