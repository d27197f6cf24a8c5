"""Selections of a programme: the filters of an address, the talks that match, and the number of talks of each choice."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from joindin.models import TALK_LEVELS
from joindin.representations.programme.days import programme_day
from joindin.utils.text import fold_case_accents

MAX_TEXT_LENGTH = 100


@dataclass(frozen=True)
class Selection:
    """Filters. Talks match any value of a group, and all groups that have values."""

    text: str = ""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_starred: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.is_starred or any(self.groups.values()))

    def without(self, group: str, value: str) -> "Selection":
        """Return the selection without one value; ``text`` and ``starred`` are groups with one value here."""
        if group == "q":
            return replace(self, text="")
        if group == "starred":
            return replace(self, is_starred=False)
        values = tuple(each for each in self.groups.get(group, ()) if each != value)
        return replace(self, groups=self.groups | {group: values})

    def query(self) -> list[tuple[str, str]]:
        """Return the parameters of an address with these filters."""
        params = [("q", self.text)] if self.text else []
        params += [(name, value) for name, values in self.groups.items() for value in values]
        return [*params, ("starred", "1")] if self.is_starred else params


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_selected: bool


# By parameter: values and labels of a talk.
GROUPS: dict[str, Callable[..., list[tuple[str, str]]]] = {
    "day": lambda event, talk: [(programme_day(event, talk.starts_at).isoformat(), "")],
    "room": lambda event, talk: [(talk.room.slug, talk.room.name)] if talk.room else [],
    "track": lambda event, talk: [(str(track.id), track.name) for track in talk.tracks],
    "type": lambda event, talk: [(str(talk.type_id), talk.type.title)],
    "language": lambda event, talk: [(str(talk.language_id), talk.language.name)],
    "level": lambda event, talk: [(talk.level, "")] if talk.level else [],
    "recorded": lambda event, talk: [("no" if talk.has_recording_opt_out else "yes", "")],
}

# Groups whose choices have an order of their own: values and positions of a talk.
POSITIONS: dict[str, Callable[..., list[tuple[str, int]]]] = {
    "room": lambda talk: [(talk.room.slug, talk.room.position)] if talk.room else [],
    "track": lambda talk: [(str(track.id), track.position) for track in talk.tracks],
    "level": lambda talk: [(talk.level, TALK_LEVELS.index(talk.level))] if talk.level else [],
    "recorded": lambda talk: [("no", 1) if talk.has_recording_opt_out else ("yes", 0)],
}


def select_talks(
    event, talks: Iterable, selection: Selection, starred_ids=frozenset(), skipped_group: str = ""
) -> list:
    """Return the talks that match; one group of filters may be skipped."""
    found = [talk for talk in talks if not selection.is_starred or talk.id in starred_ids]
    if selection.text:
        parts = fold_case_accents(selection.text).split()
        found = [talk for talk in found if _has_text(talk, parts)]
    for name, values in selection.groups.items():
        if values and name != skipped_group:
            found = [talk for talk in found if not {value for value, _ in GROUPS[name](event, talk)}.isdisjoint(values)]
    return found


def list_choices(event, talks: list, selection: Selection, starred_ids=frozenset()) -> dict[str, list[Choice]]:
    """Return the choices of each group with more than one, with the number of talks that the other filters leave.

    Rooms, tracks, levels and *recorded* are sorted by position, and then as the others by label.
    """
    choices = {}
    for name, values_of in GROUPS.items():
        labels = {value: label for talk in talks for value, label in values_of(event, talk)}
        if len(labels) < 2:
            continue
        others = select_talks(event, talks, selection, starred_ids, skipped_group=name)
        counts = Counter(value for talk in others for value, _ in values_of(event, talk))
        selected = selection.groups.get(name, ())
        positions = {each: position for talk in talks for each, position in POSITIONS.get(name, _no_positions)(talk)}
        choices[name] = [
            Choice(value, label, counts[value], value in selected)
            for value, label in sorted(labels.items(), key=partial(_choice_order, positions))
        ]
    return choices


def _no_positions(_talk):
    return []


def _choice_order(positions, choice):
    value, label = choice
    return positions.get(value, 0), label.lower(), value


def _has_text(talk, parts):
    texts = [
        talk.title,
        talk.subtitle,
        talk.description,
        *(speaker.name for speaker in talk.speakers),
        *(speaker.user.full_name or "" for speaker in talk.speakers if speaker.user),
        *(track.name for track in talk.tracks),
        talk.room.name if talk.room else "",
    ]
    text = fold_case_accents("\n".join(texts))
    return all(part in text for part in parts)
