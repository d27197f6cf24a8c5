"""A check for Schemathesis: refusals are those of the document, and a valid request is refused only for its meaning.

JSON Schema describes the form of a request. The messages in ``BEYOND_THE_FORM`` are about the rest: the caller, the state of the
objects, and the meaning of texts. They may follow a request that fits its schema; any other 400 or 422 may not.
"""

import json
import re

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import is_unexpected_http_status_case

from joindin.resources.v2_1.accounts.account_fields import INVALID_USERNAME_MESSAGES

# The contract answers callers without the right with 400 (spec 5.3, 7.5, 7.7, 7.9, 9.7).
CALLERS = (
    "Invalid Authorization Header",
    "You must log in to comment",
    "You must be logged in to create data",
    "You must be logged in to remove data",
    "You must be logged in to view pending events",
    "You do not have permission to add talks to this event",
    "You do not have permission to add this talk to a track",
    "You do not have permission to remove this talk from this track",
    "You do not have permission to do that",
    "You must be logged in to change a user account",
)
STATES = (
    "This event cannot be approved",
    "This event cannot be rejected",
    "This event cannot be submitted again",
    "There is no event with ID 3",
    "Associated event not found",
    "This talk cannot be added to this track",
    "No speaker matching that name found",
    "Talk already claimed",
    "User is already a host",
    "grace is in that group already",
    "Duplicate comment",
    "Comment failed spam check",
    "A group of that name exists already",
    "A reason of that title exists already",
    "That username is already in use. Choose another",
    "That username is already associated with another account",
    "That email is already associated with another account",
    "Can't find that user",
    "Can't find that email address",
    "Unable to generate a reset token",
    "Password could not be reset",
    "Verification failed",
    "There was a problem trying to delete the user",
    "margaret is the last admin. Promote another user first",
    "You have 100 tokens already. Revoke some first",
    "There are 100 reasons already, which is enough to choose from",
    "You may only have 3 pending events at one time",
    "Could not update user",
)
MEANINGS = (
    *INVALID_USERNAME_MESSAGES,
    "Both 'start_date' and 'end_date' must be supplied in a recognised format",
    "The date of 'start_date' is not clear: write it as 2027-05-08 or 2027-05-08T09:30",
    "The parameter 'startdate' must be a date such as 2027-05-08 or 2027-05-08T09:30",
    "The parameters 'since' and 'until' must be dates such as 2027-05-08 or 2027-05-08T09:30",
    "The field 'cfp_start_date' must be a date such as 2027-05-08 or 2027-05-08T09:30",
    "Failed to parse time string (vi)",
    "The event start date must be before its end date",
    "The talk must be held between the start and end date of the event",
    "The fields 'tz_continent' and 'tz_place' must be supplied and valid (e.g. Europe and London)",
    "The type 'Nap' is unknown",
    "The language 'Klingon' is unknown",
    "The field 'href' must be a web address such as https://conf.example",
    "The field 'latitude' must be a number",
    "The field 'latitude' must be between -90 and 90",
    "The field 'duration' must be a number of minutes",
    "The field 'duration' must not be more than 99999 minutes",
    "A valid entry for 'email' is required",
    "The email address must be supplied",
    "Passwords must be at least 6 characters long",
    "Passwords must not contain control or invisible characters",
    "That password is easy to guess. Choose another",
    'The field "old_password" is needed to update a user password',
    "You must name at least one role",
    "A permission is for everything or for one thing",
    "view_log cannot be given for one event",
    "Invalid track_uri",
    # Hosts may send 0.
    'The field "rating" must be a number (1-5)',
    "Supplied image must be a PNG, JPG or GIF",
    "Supplied image must be square",
    "Supplied image must be at least 140px square",
    "Image upload failed (Code: 1)",
    "Image upload failed (Code: 4)",
    # Tags do not count, and numbers are written out.
    "'name' is a required field",
    "'location' is a required field (for virtual events, 'online' works)",
    "The field 'name' must not be longer than 200 characters",
    "The name must have 1 to 100 characters",
    "The title must have 1 to 100 characters",
    "The text must have 1 to 200 characters",
    "The description must have at most 1000 characters",
    "An event must not have more than 50 tags",
    "A tag must not be longer than 100 characters",
    "A talk must not have more than 50 speakers",
    "The name of a speaker must not be longer than 200 characters",
    # A number in the query string is a text, which the schema of the parameter allows.
    "The parameters 'start' and 'resultsperpage' must not be negative",
)
BEYOND_THE_FORM = (*CALLERS, *STATES, *MEANINGS)


class UndocumentedRefusal(Failure):
    """A refusal with a message that the document does not have."""

    __slots__ = ("case_id", "message", "operation", "title")

    def __init__(
        self, *, operation: str, message: str, title: str = "Undocumented refusal", case_id: str | None = None
    ):
        self.operation, self.message, self.title, self.case_id = operation, message, title, case_id

    @property
    def _unique_key(self) -> str:
        return self.message


@schemathesis.check
def refusals_are_documented(ctx, response, case):
    message = message_of(response)
    if message is None or is_unexpected_http_status_case(case):
        return
    label, status = case.operation.label, str(response.status_code)
    rest = without(message, documented_messages(case.operation.schema.raw_schema, case, status))
    if rest:
        raise UndocumentedRefusal(operation=label, message=f"{status} {message!r}: {rest!r} is not documented")
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_valid and status in ("400", "422") and without(message, BEYOND_THE_FORM):
        raise UndocumentedRefusal(operation=label, message=f"A valid request is refused: {status} {message!r}")


def message_of(response) -> str | None:
    """Return the message of a refusal in JSON, by whichever form it was sent; None for other responses."""
    if not 400 <= response.status_code < 500 or "html" in response.headers.get("content-type", [""])[0]:
        return None
    text = response.content.decode()
    if "javascript" in response.headers["content-type"][0]:
        text = text.partition("(")[2].removesuffix(");")
    return json.loads(text)[0] if text else None


def documented_messages(document, case, status):
    definition = document["paths"][case.operation.path].get(case.operation.method, {})
    responses = [definition.get("responses", {}).get(status, {}), document["components"]["responses"]["OtherError"]]
    return [
        example["value"][0]
        for response in responses
        for example in response.get("content", {}).get("application/json", {}).get("examples", {}).values()
    ]


def without(message: str, documented) -> str:
    """Return what remains of a message when the documented ones are removed, names and numbers apart."""
    message = re.sub(r"The first one is http\S+", "The first one is …", message)
    for pattern in sorted(map(pattern_of, documented), key=len, reverse=True):
        message = re.sub(pattern, "", message, flags=re.DOTALL)
    return message.strip(" .")


def pattern_of(message):
    """Return a pattern for a message with any name in quotes or brackets, and any number."""
    escaped = re.escape(message)
    escaped = re.sub(r"'[^']*'(?!\w)", "'.*?'", escaped)
    escaped = re.sub(r'"[^"]*"', '".*?"', escaped)
    escaped = re.sub(r"\\\((?!e\\\.g)[^)]*\\\)", r"\\(.*?\\)", escaped)
    escaped = re.sub(r"^(grace|margaret|ada|view_log)\b", r"\\S+", escaped)
    escaped = re.sub(r"one\\ event$", r"one\\ \\w+", escaped)
    escaped = escaped.replace("PUBLIC_READ", "[A-Z_]+").replace(r"parameter\ name\ ", r"parameter\ \S+\ ")
    return re.sub(r"\d+", r"\\d+", escaped)
