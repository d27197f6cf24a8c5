"""The events of the demo: when they are, who hosts and attends them, and comments on them."""

# Host, days from today to the first day, number of days, details. ``hours`` are those of the first start and the last end;
# ``stub`` is the short name, which only imports give, ``settings`` are columns of the settings.
EVENTS = (
    (
        "grace", -1, 3,
        {
            "name": "Harbour Code Days",
            "stub": "harbour",
            "description": "Three days of talks about programs that have to work on Monday, in an old rope factory.",
            "location": "Rope Factory, Rotterdam",
            "timezone": "Europe/Amsterdam",
            "latitude": 51.9096, "longitude": 4.4871,
            "href": "https://harbour-code-days.example/",
            "settings": {"spoken_language": "en", "capacity": 250, "contact_address": "hello@harbour-code-days.example"},
            "tags": ["python", "web", "operations"],
        },
    ),
    (
        "grace", 5, 1,
        {
            "name": "Accessible Web Evening",
            "description": "Four short talks, then we try each other's sites with a keyboard and a screen reader.",
            "hours": (18, 22),
            "location": "Public Library, Leeds",
            "timezone": "Europe/London",
            "latitude": 53.8008, "longitude": -1.5491,
            "href": "https://accessible-evening.example/",
            "settings": {"kind": "meetup", "spoken_language": "en", "capacity": 40},
            "tags": ["accessibility", "web"],
        },
    ),
    (
        "yuki", 20, 2,
        {
            "name": "Polyglot Meadow",
            "description": "Six hours of lessons, an hour each. Participants teach each other languages in two corners of the garden.",
            "location": "Botanical Garden, Kyoto",
            "timezone": "Asia/Tokyo",
            "latitude": 35.0487, "longitude": 135.7629,
            "tags": ["languages", "workshops"],
        },
    ),
    (
        "grace", 60, 3,
        {
            "name": "Small Servers Summit",
            "description": "How much fits on one machine, and how to run it without worries. Speak about yours!",
            "location": "Old Observatory, Lisbon",
            "timezone": "Europe/Lisbon",
            "latitude": 38.7107, "longitude": -9.1876,
            "href": "https://small-servers.example/",
            "cfp_url": "https://small-servers.example/speak",
            "cfp": (-20, 25),
            "tags": ["operations", "databases"],
        },
    ),
    (
        "yuki", 120, 2,
        {
            "name": "Open Maps Assembly",
            "description": "Surveyors, cyclists and programmers draw the world together.",
            "location": "University, Montevideo",
            "timezone": "America/Montevideo",
            "cfp_url": "https://open-maps.example/call",
            "cfp": (3, 50),
            "tags": ["maps", "data"],
        },
    ),
    (
        "grace", -40, 2,
        {
            "name": "Winter Garden Conference",
            "description": "Two tracks under palm trees, about the web and the people who run it.",
            "location": "Palm House, Vienna",
            "timezone": "Europe/Vienna",
            "latitude": 48.2056, "longitude": 16.3656,
            "href": "https://winter-garden.example/",
            "tags": ["web", "php", "community"],
        },
    ),
    (
        "yuki", -200, 1,
        {
            "name": "Query Makers Day",
            "description": "One day and five talks about asking databases the right thing, and reading their plans.",
            "location": "Mill Hall, Toronto",
            "timezone": "America/Toronto",
            "tags": ["databases"],
        },
    ),
    (
        "tomasz", 45, 1,
        {
            "name": "Typography for Terminals",
            "description": "Letters on a grid: fonts, boxes, colours, and when to leave them out.",
            "location": "online",
            "timezone": "Europe/Warsaw",
            "tags": ["design"],
        },
    ),
    (
        "marisol", 30, 1,
        {
            "name": "Get Rich With Coins",
            "description": "Seats are limited. Bring a friend and the fee.",
            "location": "Hotel by the airport",
            "timezone": "Europe/Madrid",
            "tags": ["money"],
        },
    ),
    (
        "grace", -95, 2,
        {
            "name": "Lighthouse Testing Days",
            "description": "Six talks in two days about tests that people trust, at the end of a pier.",
            "location": "Lighthouse, Gdańsk",
            "timezone": "Europe/Warsaw",
            "latitude": 54.4076, "longitude": 18.6606,
            "href": "https://lighthouse-testing.example/",
            "tags": ["testing", "python"],
        },
    ),
)  # fmt: skip

PENDING = "Typography for Terminals"
REJECTED = {"Get Rich With Coins": "This looks like an advertisement. We list events of communities only."}
CO_HOSTS = {"Harbour Code Days": ["tomasz"], "Small Servers Summit": ["yuki"]}

ATTENDING = {
    "Harbour Code Days": ["ada", "linnea", "priya", "yuki", "marisol"],
    "Accessible Web Evening": ["linnea", "priya", "samir", "rosa"],
    "Polyglot Meadow": ["grace", "tomasz", "linnea", "priya", "keiko"],
    "Small Servers Summit": ["ada", "linnea"],
    "Winter Garden Conference": ["ada", "linnea", "priya", "tomasz"],
    "Query Makers Day": ["grace", "linnea"],
}

# Event, author, rating, hours after its start. Hosts' ratings do not count.
COMMENTS = (
    ("Query Makers Day", "linnea", 5, 30, "The hour on reading plans alone was worth the journey."),
    ("Query Makers Day", "grace", 4, 52, "Good pace. A second room for questions would have helped."),
    ("Winter Garden Conference", "linnea", 5, 50, "Warm in every sense. The hallway was the best track."),
    ("Winter Garden Conference", "priya", 4, 74, "Fine talks and kind people; the sound in the back was poor."),
    ("Winter Garden Conference", "tomasz", 2, 76, "Two talks at the same time were one too many for me."),
    ("Winter Garden Conference", "grace", 0, 98, "Thank you all. We have ordered better microphones."),
    ("Lighthouse Testing Days", "samir", 5, 33, "Six good talks, and the sea after each of them."),
    ("Lighthouse Testing Days", "ada", 4, 35, "I went home with a list of tests to delete."),
    ("Harbour Code Days", "priya", 5, 10, "A great first day! See you at the water tomorrow."),
)
REPORTED = ("Winter Garden Conference", "marisol", 1, 120, "Buy your tickets for the next one from me, half the price!")
