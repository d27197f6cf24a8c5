"""What a comment has to be, whatever it is about (spec 5.3, 8.3)."""

from joindin.errors import Invalid
from joindin.resources.v2_1.request_params import Params, is_number

LONGEST_COMMENT = 20_000

NO_TEXT = 'The field "comment" is required'
NO_RATING = 'The field "rating" is required'
NO_NUMBER = 'The field "rating" must be a number'
OUT_OF_RANGE = 'The field "rating" must be a number (1-5)'
SPAM = "Comment failed spam check"
DUPLICATE = "Duplicate comment"


def read_comment_text(given: Params) -> str:
    text = given.text("comment")
    if given.is_empty("comment") or not text.strip():
        raise Invalid(NO_TEXT)
    if len(text) > LONGEST_COMMENT:
        raise Invalid(f"The field 'comment' must not be longer than {LONGEST_COMMENT} characters")
    return text


def read_rating(given: Params) -> float:
    """The rating that was sent, a number or its text, whatever its size."""
    rating = given["rating"]
    if isinstance(rating, bool | list | dict) or not is_number(str(rating)):
        raise Invalid(NO_NUMBER)
    return float(rating)
