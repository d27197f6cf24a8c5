"""The facts in the original's mails, and their comparison with our mails."""

import html
import re

from joindin.jobs.mail_messages import SUBJECTS, build_message

WEBSITE = "http://dev.joind.in"
SIGNATURE = ("feedback@joind.in", "@joindin")
LINK = re.compile(r"https?://[^\s<>]+")
TOKEN = re.compile(r"(?<=token=)[0-9a-f]{16}$")

# Patterns of the original's text, by kind, with a group for each fact.
PATTERNS = {
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

# URLs that the original hides behind a word; the contract (16) shows them.
UNSEEN_LINKS = {
    "event_approved": "/event/golden-pending",
    "event_rejected": "/event/golden-pending/edit",
    "talk_comment": "/talk/12345",
}
# Facts that our mails word differently.
OTHER_WORDING = {
    # A rating of 0 is no rating (8.1).
    ("rating", "0"): "Not rated",
}
OTHER_LINKS = {
    # The contract (16) links to the page where the claim can be approved.
    "talk_assigned": ("/edit", "/claims"),
}


def original_subject(mail, settings):
    """Return our subject as the original words it: without the event's name, with the site's name in its spelling."""
    subject = build_message(mail, settings)["Subject"]
    if SUBJECTS[mail.kind].endswith((": {event}", ": {title}")):
        subject = subject.removesuffix(f": {mail.context.get('event') or mail.context['title']}")
    return subject.replace("joind.in:", "Joind.in:", 1)


def check_mail(mail, settings, captured):
    """Compare sender, recipient and subject with the captured mail, and its facts and links with both of our parts."""
    message = build_message(mail, settings)
    assert (message["From"], message["To"], original_subject(mail, settings)) == (
        captured["from"],
        captured["to"],
        captured["subject"],
    )
    original_text = html.unescape(captured["text"]).replace("\r\n", "\n")
    unsubscribe_url = (message["List-Unsubscribe"] or "").strip("<>")
    for part in ("plain", "html"):
        text = message.get_body((part,)).get_content().replace("\r\n", "\n").replace(unsubscribe_url, "")
        if part == "html":
            text = html.unescape(re.sub(r'<a href="(.*?)"[^>]*>.*?</a>', r" \1 ", text))
        assert [fact for fact in find_facts(mail.kind, original_text) if fact not in text] == []
        assert find_links(text.replace("mailto:", "")) == expected_links(mail.kind, original_text)


def find_facts(kind, text):
    """Return the facts in the original's text, as our text should word them."""
    match = re.search(PATTERNS[kind], text)
    assert match, f"unexpected text of the original's mail: {kind}"
    facts = [OTHER_WORDING.get(fact, fact[1]) for fact in match.groupdict().items()]
    return [*facts, *(fact for fact in SIGNATURE if fact in text)]


def expected_links(kind, text):
    links = find_links(text)
    if kind in UNSEEN_LINKS:
        links.add(WEBSITE + UNSEEN_LINKS[kind])
    old, new = OTHER_LINKS.get(kind, ("", ""))
    return {link.removesuffix(old) + new for link in links}


def find_links(text):
    """Return the URLs in a text, with random tokens replaced by a placeholder."""
    return {TOKEN.sub("<token>", link.rstrip(".")) for link in LINK.findall(text)}
