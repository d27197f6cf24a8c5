"""The talks of the demo, with tracks and speakers.

A speaker is a name, a username (the user has claimed the talk), ``?`` and a username (the user has claimed the name that follows and waits
for the host), or ``!`` and a username (the host has assigned it, and the user has not agreed yet).
"""

# Name and description of the tracks by event.
TRACKS = {
    "Winter Garden Conference": (("Palm Hall", "For all."), ("Orchid Room", "For those who run a site.")),
    "Polyglot Meadow": (("Pond", "In the morning sun."), ("Maple", "In the shade.")),
}

# The rooms of events by type of talk. Other talks are in no room.
ROOMS = {
    "Harbour Code Days": {"Keynote": "Rope Walk", "Talk": "Rope Walk", "Workshop": "Sail Loft"},
    "Accessible Web Evening": {"Talk": "Reading Room"},
}

# Titles of the talks of each level. The others have none.
LEVELS = {
    "beginner": (
        "A deploy script you can read aloud", "Headings are a table of contents", "Text for pictures",
        "Count to a thousand in Japanese", "French without fear", "First words in sign language",
        "PHP for people who left it", "Reading plans", "Delete this test",
    ),
    "intermediate": (
        "Logs for people", "A backup is a restore", "Visible focus", "Polish tongue twisters",
        "Small pages, fast pages", "Write a runbook", "An index for each question", "A thousand random inputs",
    ),
    "advanced": (
        "Find the slow query", "Type hints after ten years", "Regular expressions as a language",
        "Reading an incident backwards", "Search that forgives", "Locks you did not ask for",
        "Real databases, fast tests",
    ),
}  # fmt: skip

# By event: day, time, minutes, type, number of the track, title, description, speakers.
TALKS = {
    "Harbour Code Days": (
        (0, "09:30", 45, "Keynote", None, "Programs that work on Monday",
         "Our checks of a Friday, and the work that can wait for the next week.", ["rosa"]),
        (0, "11:00", 45, "Talk", None, "A deploy script you can read aloud",
         "Twenty lines of shell, and the reason for each of them.", ["Hugo Tamm"]),
        (0, "14:00", 45, "Talk", None, "Logs for people",
         "Messages that tell what happened and what to do next.", ["leif"]),
        (1, "10:00", 45, "Talk", None, "A backup is a restore",
         "We restore a database in front of the audience.", ["keiko"]),
        (1, "11:30", 90, "Workshop", None, "Find the slow query",
         "Bring a laptop. We measure, read plans and measure again.", ["nadia", "Mirela Osei"]),
        (1, "17:00", 60, "Social Event", None, "Harbour walk",
         "From the rope factory along the water to the ferry.", []),
        (2, "10:00", 45, "Talk", None, "Type hints after ten years",
         "Where they found bugs, and where they only took space.", ["jonas"]),
    ),
    "Accessible Web Evening": (
        (0, "18:15", 20, "Talk", None, "Headings are a table of contents",
         "How a screen reader skims a page.", ["nadia"]),
        (0, "18:40", 20, "Talk", None, "Text for pictures",
         "When to describe an image, and when to leave it out.", ["Tova Lind"]),
        (0, "19:05", 20, "Talk", None, "Visible focus",
         "One line of CSS that most sites remove.", ["!jonas J. Ekholm"]),
        (0, "19:30", 20, "Talk", None, "Forms without a mouse",
         "Labels, errors and the order of fields.", ["?priya P. Fontaine"]),
    ),
    "Polyglot Meadow": (
        (0, "10:00", 60, "Workshop", 0, "Count to a thousand in Japanese", "And order tea with it.", ["yuki"]),
        (0, "10:00", 60, "Workshop", 1, "Polish tongue twisters", "From easy to impossible.", ["tomasz"]),
        (0, "11:30", 60, "Workshop", 0, "Nine Swedish vowels", "Listening first, then singing.", ["linnea"]),
        (1, "10:00", 60, "Workshop", 0, "French without fear", "Three tenses are enough for a day.", ["priya"]),
        (1, "10:00", 60, "Workshop", 1, "First words in sign language", "We leave our voices at the gate.",
         ["Emi Sakamoto"]),
        (1, "11:30", 60, "Workshop", 1, "Regular expressions as a language", "With grammar, accent and idioms.",
         ["keiko", "?leif L. Andersen"]),
    ),
    "Winter Garden Conference": (
        (0, "09:30", 45, "Keynote", 0, "The web is still young",
         "Thirty years of pages, and what may come.", ["rosa"]),
        (0, "10:45", 45, "Talk", 0, "Small pages, fast pages",
         "Every kilobyte that we removed from a shop, in order.", ["samir"]),
        (0, "10:45", 45, "Talk", 1, "A queue in front of everything",
         "How a ticket shop survived its first minute.", ["leif"]),
        (0, "13:30", 45, "Talk", 0, "PHP for people who left it",
         "A tour of the language as it is today.", ["jonas"]),
        (0, "13:30", 45, "Talk", 1, "Certificates without surprises",
         "Renewals, alarms, and one calendar for all.", ["Wim de Graaf"]),
        (0, "15:00", 90, "Workshop", 1, "Write a runbook",
         "Participants write down how to repair one service of theirs.", ["nadia"]),
        (1, "09:30", 45, "Talk", 0, "Maintainers' hours",
         "How a library of two people answers its users.", ["keiko", "Aino Salo"]),
        (1, "09:30", 45, "Talk", 1, "Reading an incident backwards",
         "From the alarm to the change that caused it.", ["tomasz"]),
        (1, "10:45", 45, "Talk", 0, "Search that forgives",
         "Spelling, accents and synonyms in a catalogue of books.", ["Mirela Osei"]),
        (1, "10:45", 45, "Talk", 1, "One server, ten years",
         "The parts that broke, those that did not, and the bill.", ["samir", "rosa"]),
        (1, "13:30", 45, "Talk", 0, "Words on buttons",
         "Forty labels before and after.", ["linnea"]),
        (1, "15:00", 30, "Event Related", 0, "Closing under the palms",
         "Thanks, prizes, and the way to the station.", ["grace"]),
    ),
    "Query Makers Day": (
        (0, "09:30", 60, "Keynote", None, "Reading plans",
         "An hour with the output of EXPLAIN, line by line.", ["yuki"]),
        (0, "11:00", 45, "Talk", None, "An index for each question",
         "How to choose columns and their order.", ["keiko"]),
        (0, "13:30", 45, "Talk", None, "Locks you did not ask for",
         "Two sessions, one table, and a timeline on the wall.", ["leif"]),
        (0, "14:30", 45, "Talk", None, "SQLite in production",
         "Where a file is enough, and where it is not.", ["Hugo Tamm"]),
        (0, "15:30", 45, "Talk", None, "Counting is hard",
         "Estimates, caches, and exact numbers.", ["jonas"]),
    ),
    "Lighthouse Testing Days": (
        (0, "09:30", 45, "Keynote", None, "Tests that people trust",
         "Why a red build should be rare and right.", ["nadia"]),
        (0, "11:00", 45, "Talk", None, "Delete this test",
         "Nine kinds of tests that cost more than they tell.", ["samir"]),
        (0, "14:00", 45, "Talk", None, "A thousand random inputs",
         "Properties instead of examples.", ["leif"]),
        (1, "09:30", 45, "Talk", None, "Time in tests",
         "Zones, midnights and clocks that stand still.", ["Aino Salo"]),
        (1, "11:00", 45, "Talk", None, "Real databases, fast tests",
         "Transactions, templates and a disk in memory.", ["keiko"]),
        (1, "14:00", 45, "Talk", None, "The last flaky test",
         "How we found the causes of all others.", ["rosa"]),
    ),
}  # fmt: skip
