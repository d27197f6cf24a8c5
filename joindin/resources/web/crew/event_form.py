"""The form of an event with a crew: its texts, who sees it, who is responsible, and with whom it is shared."""

from collections.abc import Sequence

from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, PlainTextField, choices, required
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.models import Group, User
from joindin.operations.crew.events import CrewEventFields
from joindin.operations.crew.fields import MAX_NAME_LENGTH
from joindin.queries.crew.federation import list_guests
from joindin.queries.crew.planning.event_holders import list_groups_with_publishable
from joindin.queries.crew.planning.event_types import list_event_types
from joindin.queries.crew.users import find_user_ids_by_login
from joindin.utils.text import to_plain_text
from joindin.viewer import UserSnapshot

MAX_NEW_PEOPLE = 50
# A list without an empty choice: browsers need not check that one is chosen.
NOT_EMPTY = {"required": False}
TOO_LONG = lazy_gettext("Enter at most %(max)d characters.")


def limited(length: int) -> Length:
    return Length(max=length, message=TOO_LONG)


class PeopleFields:
    """Fields of responsible groups and people. People are ticked, or added by their name or address."""

    responsible_groups = CheckboxList(lazy_gettext("Responsible groups"), coerce=int)
    responsible_users = CheckboxList(lazy_gettext("Responsible people"), coerce=int)
    more_responsibles = PlainTextField(
        lazy_gettext("More responsible people"),
        [Optional(), limited(2000)],
        description=lazy_gettext("User names or e-mail addresses, with commas between them."),
        render_kw={"autocapitalize": "none"},
    )

    def set_people_choices(self, groups: Sequence[Group], users: Sequence[User]) -> None:
        self.responsible_groups.choices = choices((group.id, group.name) for group in groups)
        self.responsible_users.choices = choices((each.id, each.full_name or each.username) for each in users)

    def find_responsible_ids(self) -> set[int] | None:
        """Return the ids of the chosen and the added people; None if a name is unknown, which becomes an error."""
        names = [name.strip() for name in self.more_responsibles.data.split(",") if name.strip()][:MAX_NEW_PEOPLE]
        found = find_user_ids_by_login(db.session, names)
        if unknown := [name for name in names if name not in found]:
            text = gettext("There is no account with this name or address: %(names)s", names=", ".join(unknown))
            self.add_error(text, self.more_responsibles)
            return None
        return {*(self.responsible_users.data or ()), *found.values()}


class EventForm(PeopleFields, Form):
    title = PlainTextField(lazy_gettext("Title"), [required(lazy_gettext("Enter a title.")), limited(MAX_NAME_LENGTH)])
    event_type = SelectField(
        lazy_gettext("Type"), [required(lazy_gettext("Choose a type."))], coerce=int, render_kw=NOT_EMPTY
    )
    location = PlainTextField(lazy_gettext("Location"), [Optional(), limited(MAX_NAME_LENGTH)])
    description = TextAreaField(
        lazy_gettext("Description"),
        [Optional(), limited(100_000)],
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 6},
    )
    visible_for = CheckboxList(
        lazy_gettext("Groups that see the event"),
        coerce=int,
        description=lazy_gettext(
            "You can choose the groups for which you publish events. Other groups stay as they are."
        ),
    )
    shared_with = CheckboxList(
        lazy_gettext("Other instances that see the event"),
        coerce=int,
        description=lazy_gettext("Their people can sign up."),
    )

    def set_choices(self, user: UserSnapshot, responsible_users: Sequence[User]) -> frozenset[int]:
        """Set what can be chosen: four statements. Return the ids of the groups for which the user publishes."""
        groups, publishable = list_groups_with_publishable(db.session, user)
        self.visible_for.choices = choices((group.id, group.name) for group in groups if group.id in publishable)
        self.set_people_choices(groups, responsible_users)
        self.event_type.choices = choices((each.id, each.title) for each in list_event_types(db.session))
        self.shared_with.choices = choices((guest.id, guest.name) for guest in list_guests(db.session))
        return publishable

    def keep_texts(self, event) -> None:
        """Use the texts of a public event, which its hosts change."""
        self.title.data, self.location.data, self.description.data = event.name, event.location or "", event.description

    @property
    def fields(self) -> CrewEventFields:
        return CrewEventFields(self.title.data, self.description.data, self.location.data, self.event_type.data)
