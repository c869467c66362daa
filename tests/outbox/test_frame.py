"""The HTML of a mail, made from its plain text."""

import pytest

from outbox.models import Message
from outbox.templatetags.mailframe import SIGNATURE, heading, parts, preview, signature

BODY = f"""Hello Amara,

Dr. O'Connor confirmed your dates.

  Dates    Mon, Mar 1 – Fri, Mar 26, 2027
  Ward medicine, Houston

- One thing
- Another, see https://wardlight.example/wallet/.

Read and accept: https://wardlight.example/applications/x/offer/

Add it to your calendar: https://wardlight.example/placements/x/calendar.ics

It ends at 12:41 PM CST. <script>alert(1)</script>

{SIGNATURE}
Dana Whitlock
help@wardlight.example, 8:00 AM – 6:00 PM
"""


def kinds():
    return [part.kind for part in parts(BODY)]


def test_parts_are_what_they_look_like():
    assert kinds() == ["text", "text", "facts", "list", "button", "link", "text"]


def test_facts_have_a_name_where_two_spaces_stand():
    (facts,) = [part.facts for part in parts(BODY) if part.kind == "facts"]

    assert facts == [
        ("Dates", "Mon, Mar 1 – Fri, Mar 26, 2027"),
        ("", "Ward medicine, Houston"),
    ]


def test_first_address_on_a_line_of_its_own_is_the_button():
    (button,) = [part for part in parts(BODY) if part.kind == "button"]

    assert button.label == "Read and accept"
    assert button.url == "https://wardlight.example/applications/x/offer/"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("https://x.example/a", "Open the page"),
        ("Confirm your address:\nhttps://x.example/a", "Confirm your address"),
    ],
)
def test_an_address_alone_is_a_button_too(text, label):
    (part,) = parts(f"{text}\n")

    assert (part.kind, part.label, part.url) == ("button", label, "https://x.example/a")


def test_signature_stands_below():
    assert signature(BODY) == ["Dana Whitlock", "help@wardlight.example, 8:00 AM – 6:00 PM"]
    assert signature("No mark\n") == []


def test_heading_leaves_the_date_to_the_subject():
    assert heading("[Accept by Thu, Jan 14] A seat in Houston") == "A seat in Houston"


def test_preview_is_the_first_sentence_after_the_greeting():
    assert preview(BODY) == "Dr. O'Connor confirmed your dates."


def test_html_escapes_links_and_keeps_times_together():
    html = Message(subject="A seat", body=BODY).as_html()

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "12:41\N{NO-BREAK SPACE}PM\N{NO-BREAK SPACE}CST" in html
    assert 'href="https://wardlight.example/wallet/"' in html
    assert 'href="mailto:help@wardlight.example"' in html
    assert html.count('<a class="btn"') == 1
