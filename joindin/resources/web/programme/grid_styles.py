"""The grid of a day: headings, hours, and the style that places them and the talks.

The placement stands in one ``style`` element, because the security policy forbids style attributes.
"""

from typing import NamedTuple

from joindin.http.pages.template_formatting import time_of_day
from joindin.models.event_settings import BY_TRACK
from joindin.representations.programme import grid as placement

# More columns are shown as a list, unless a grid is asked for.
MAX_COLUMNS, MAX_COLUMNS_ON_REQUEST = 8, 12


class DayGrid(NamedTuple):
    """``headings`` and ``hours`` are pairs of an id and a text."""

    id: str
    headings: list[tuple[str, str]]
    hours: list[tuple[str, str]]
    style: str
    is_scrolled: bool


def day_grid(event, day, talks, rooms, view: str, columns: str | None = None) -> DayGrid | None:
    """Return the grid of a day; None if a list is asked for, or if there are too many columns."""
    if view == "list" or not talks:
        return None
    names = {room.id: room.name for room in rooms}
    has_rooms = columns != BY_TRACK and any(talk.room_id for talk in talks)
    if not has_rooms:
        tracks = {track.id: track for talk in talks for track in talk.tracks}.values()
        names = {track.id: track.name for track in sorted(tracks, key=lambda track: (track.position, track.id))}
    placed = placement.place(placement.slots_of_day(event, talks, has_rooms), list(names))
    if len(placed.columns) > (MAX_COLUMNS_ON_REQUEST if view == "grid" else MAX_COLUMNS):
        return None
    name = f"d{day:%Y%m%d}"
    hours = placement.hours(event, placed, talks)
    width = max(placed.width, 1)
    rules = [
        f"#{name}{{grid-template:auto repeat({placed.rows},minmax(.55rem,auto))/3.5rem repeat({width},minmax(8rem,1fr))}}"
    ]
    headings = []
    for number, column in enumerate(placed.columns):
        headings.append((f"{name}-{number}", names.get(column.key, "")))
        rules.append(f"#{name}-{number}{{grid-area:1/{column.start + 1}/2/{column.start + column.width + 1}}}")
    for start, row in hours.items():
        rules.append(f"#{name}-{start:%d%H%M}{{grid-area:{row + 1}/1}}")
    for talk in talks:
        area = placed.areas[talk.id]
        rules.append(f"#t-{talk.stub}{{grid-area:{area.row}/{area.column}/{area.row_end}/{area.column_end}}}")
    style = f"@media screen and (min-width:60rem){{{''.join(rules)}}}"
    labels = [(f"{name}-{start:%d%H%M}", time_of_day(start)) for start in hours]
    return DayGrid(name, headings, labels, style, width > MAX_COLUMNS)
