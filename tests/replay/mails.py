"""What the original's mails say, fact by fact, and whether ours say it too."""

import html
import re

from joindin.jobs.mail_messages import build_message

WEBSITE = "http://dev.joind.in"
SIGNATURE = ("feedback@joind.in", "@joindin")
LINK = re.compile(r"https?://[^\s<>]+")
TOKEN = re.compile(r"(?<=token=)[0-9a-f]{16}$")

# How the original's text reads, by kind, with a name for each fact.
SAID = {
    "verification": "please click the link below:",
    "username_reminder": "Hi (?P<full_name>.+),\n.*your joind.in username: (?P<username>.+)\n",
    "password_reset": "Hi (?P<full_name>.+),\n",
    "event_submitted": (
        "Title: (?P<title>.+)\nContact: (?P<contact>.+)\nDate: (?P<date>.+)\nDescription: (?P<description>.+)\n"
        r".*\n\((?P<pending>\d+) events are pending\)"
    ),
    "event_approved": "Your event, (?P<title>.+) has now been approved",
    "event_rejected": r'Your event with the "(?P<title>.+)" has been rejected .*\n(?P<reason>.+)\nIf',
    "talk_comment": (
        r"your talk on (?P<talk>.+) by (?P<author>.+?) *\nRating: (?P<rating>\d+)\nComment: (?P<comment>.+?) *\n"
    ),
    "talk_comment_reported": (
        r"Event: (?P<event>.+)\nTalk Title: (?P<talk>.+)\nRating: (?P<rating>\d+)  by (?P<author>.+)\nComment: (?P<comment>.+)\n"
    ),
    "talk_claimed": "Event: (?P<event>.+)\nTalk Title: (?P<talk>.+)\n",
    "talk_assigned": "Event: (?P<event>.+)\nTalk Title: (?P<talk>.+)\n",
    "claim_approved": "Event: (?P<event>.+)\nTalk Title: (?P<talk>.+)\n",
}

# Where the original hides an address behind a word, the contract (16) tells it.
UNSEEN_LINKS = {
    "event_approved": "/event/golden-pending",
    "event_rejected": "/event/golden-pending/edit",
    "talk_comment": "/talk/12345",
}
# What ours says otherwise, and by whose word.
OTHER_WORDS = {
    # A rating of nought is none (8.1).
    ("rating", "0"): "Not rated",
}
OTHER_LINKS = {
    # The contract (16) sends people where the claim can be approved.
    "talk_assigned": ("/edit", "/claims"),
}


def check_mail(mail, settings, captured):
    """That ``mail`` comes from and goes to the same people as ``captured``, and says the same in both of its parts."""
    letter = build_message(mail, settings)
    assert (letter["From"], letter["To"], letter["Subject"]) == (captured["from"], captured["to"], captured["subject"])
    said = html.unescape(captured["text"]).replace("\r\n", "\n")
    stop = (letter["List-Unsubscribe"] or "").strip("<>")
    for part in ("plain", "html"):
        ours = letter.get_body((part,)).get_content().replace("\r\n", "\n").replace(stop, "")
        if part == "html":
            ours = html.unescape(re.sub(r'<a href="(.*?)"[^>]*>.*?</a>', r" \1 ", ours))
        assert lacking(facts_in(mail.kind, said), ours) == []
        assert links_in(ours.replace("mailto:", "")) == links_expected(mail.kind, said)


def facts_in(kind, text):
    """Each fact of the original's text, as ours should word it."""
    found = re.search(SAID[kind], text)
    assert found, f"the original words a {kind} otherwise"
    facts = [OTHER_WORDS.get(fact, fact[1]) for fact in found.groupdict().items()]
    return [*facts, *(fact for fact in SIGNATURE if fact in text)]


def lacking(facts, text):
    return [fact for fact in facts if fact not in text]


def links_expected(kind, text):
    links = links_in(text)
    if kind in UNSEEN_LINKS:
        links.add(WEBSITE + UNSEEN_LINKS[kind])
    old, new = OTHER_LINKS.get(kind, ("", ""))
    return {link.removesuffix(old) + new for link in links}


def links_in(text):
    """The addresses in a text; of a token, which is another each time, only that it has its form."""
    return {TOKEN.sub("<token>", link.rstrip(".")) for link in LINK.findall(text)}
