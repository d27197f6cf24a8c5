from joindin.representations.v2_1.tracks import TrackPageSchema
from joindin.resources.v2_1.openapi import accepts_body, accepts_query, fails_with, returns, returns_empty, returns_page


def test_a_documented_method_is_not_wrapped():
    def get(self):
        """Show something."""

    decorated = get
    for decorator in (
        returns(TrackPageSchema),
        returns_page(TrackPageSchema),
        accepts_query("title"),
        accepts_body(TrackPageSchema),
        returns_empty(204, location="/v2.1/tracks/4"),
        fails_with({404: "Track not found"}),
    ):
        decorated = decorator(decorated)

    assert decorated is get


def test_errors_of_a_decorator_and_of_its_method_are_documented(document):
    answers = document["paths"]["/v2.1/events/{event_id}/hosts"]["post"]["responses"]
    said = {
        status: [example["value"][0] for example in answers[status]["content"]["application/json"]["examples"].values()]
        for status in answers
        if status.startswith("4")
    }

    assert said == {
        "400": ["User is already a host"],
        "401": ["You must be logged in to create data"],
        "403": ["You do not have permission to add hosts to this event"],
        "404": ["No User found", "Event not found"],
    }
