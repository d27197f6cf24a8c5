"""Speakers and talks of an event from A to Z."""

from dataclasses import dataclass, field
from itertools import groupby

from joindin.models.talks import speaker_name
from joindin.utils.text import fold_case_accents


@dataclass
class Speaker:
    """A person of the programme; ``user`` is None if no account has claimed the name."""

    name: str
    user: object | None
    talks: list = field(default_factory=list)

    @property
    def sort_key(self) -> tuple[str, str]:
        """The last word of the name, then the whole name."""
        folded = fold_case_accents(self.name).split()
        return (folded[-1] if folded else "", " ".join(folded))

    @property
    def initials(self) -> str:
        """The first letters of the first and the last word that begin with a letter."""
        letters = [word[0].upper() for word in self.name.split() if word[0].isalpha()]
        return "".join(letters[:1] + letters[1:][-1:])


def list_speakers(talks) -> list[Speaker]:
    """Return the speakers by the last word of their names. Names without an account are one person if they are equal."""
    speakers = {}
    for talk in talks:
        for entry in talk.speakers:
            name = speaker_name(entry)
            key = entry.user_id or fold_case_accents(name)
            speaker = speakers.setdefault(key, Speaker(name, entry.user))
            if talk not in speaker.talks:
                speaker.talks.append(talk)
    return sorted(speakers.values(), key=lambda speaker: speaker.sort_key)


def group_by_letter(items, sort_key) -> list[tuple[str, list]]:
    """Return sorted items by the first letter of ``sort_key(item)``; other characters are under ``#``."""
    groups = groupby(items, key=lambda item: _letter(sort_key(item)))
    return [(letter, list(those)) for letter, those in groups]


def _letter(text):
    first = text[:1].upper()
    return first if first.isalpha() else "#"
