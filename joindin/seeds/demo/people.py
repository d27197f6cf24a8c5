"""The people of the demo and its application."""

PASSWORD = "joindin-demo"
CLIENT_KEY, CLIENT_SECRET = "demo", "demo-secret"
MAIL_DOMAIN = "demo.example"

# Username, full name, rights, description.
USERS = (
    ("ada", "Ada Quill", {"is_admin": True}, "admin"),
    ("grace", "Grace Holloway", {}, "hosts five events, two of them with others"),
    ("yuki", "Yuki Arden", {"is_trusted": True}, "trusted: needs no approval"),
    ("linnea", "Linnea Brandt", {}, "attends, comments, and reported a comment"),
    ("tomasz", "Tomasz Wilk", {}, "has a pending event"),
    ("priya", "Priya Fontaine", {}, "has claimed a talk, and waits for approval"),
    ("marisol", "Marisol Okafor", {}, "has an event that was rejected"),
    ("otto", "Otto Varga", {"is_verified": False}, "has not verified the address and cannot sign in"),
    ("samir", "Samir Haddad", {}, "speaks and comments"),
    ("keiko", "Keiko Lindqvist", {}, "speaks and comments"),
    ("rosa", "Rosa Bellamy", {}, "speaks and comments"),
    ("leif", "Leif Andersen", {}, "speaks and comments"),
    ("nadia", "Nadia Petrova", {}, "speaks and comments"),
    ("jonas", "Jonas Ekholm", {}, "speaks and comments"),
)

# Those who comment and star, in turn.
ACTIVE = (
    *("linnea", "priya", "samir", "keiko", "tomasz", "rosa"),
    *("leif", "ada", "nadia", "jonas", "yuki", "grace"),
)


def address_of(username: str) -> str:
    return f"{username}@{MAIL_DOMAIN}"


def describe_demo_accounts() -> str:
    """Return the demo accounts as text."""
    lines = [f"  {name:<8} {description}" for name, _, _, description in USERS]
    return "\n".join(
        [
            f"Demo accounts, all with the password {PASSWORD}:",
            *lines,
            f"Demo application: key {CLIENT_KEY}, secret {CLIENT_SECRET}",
        ]
    )
