"""A part of “What we never do” that can be checked, so that the page stays true."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from guides.models import Page
from guides.templatetags.portal import dollars
from rotations.models import Listing
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db

# What pages elsewhere say to hurry people on.
PRESSURE = re.compile(
    r"\bhurry\b|don.t miss|act now|book now|going fast|selling out|limited time|"
    r"(people|others|learners) (are )?(looking|viewing)|guaranteed? (letter|match|interview)",
    re.IGNORECASE,
)
PAGES = Path(settings.BASE_DIR) / "templates"
# Warns before a sign-out (promise W10): no offer hangs on it.
CLOCKS = {"stay.js"}


@pytest.fixture
def listing():
    return ListingFactory(weeks=8)


def test_anonymous_visitors_see_the_whole_price_on_card_and_listing(client, listing):
    total = dollars(listing.usual_total)

    assert total in client.get("/rotations/").text
    text = client.get(listing.get_absolute_url()).text
    assert total in text
    assert dollars(listing.service_fee) in text
    assert f"{total}\xa0(USD)" in text


def test_anonymous_visitors_see_who_teaches_and_what_comes_back(client, listing):
    text = client.get(listing.get_absolute_url()).text

    assert listing.preceptor.title in text
    assert "What comes back if you cancel" in text


def test_the_promise_stands_beside_the_price_and_in_the_footer(client, listing):
    assert client.get("/").text.count('href="/no-dark-patterns/"') == 1
    assert client.get(listing.get_absolute_url()).text.count('href="/no-dark-patterns/"') == 2


def test_nothing_counts_down():
    scripts = {
        path.name
        for path in (Path(settings.BASE_DIR) / "static" / "js").glob("*.js")
        if re.search(r"setInterval|setTimeout", path.read_text())
    }

    assert scripts <= CLOCKS


def test_no_page_presses():
    for path in PAGES.rglob("*.*"):
        assert not PRESSURE.search(path.read_text()), path


def test_no_box_is_ticked_in_advance(client, listing):
    """But what the visitor chose herself, in the address."""
    for address in ("/accounts/signup/", listing.get_absolute_url(), "/offer-a-rotation/"):
        boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', client.get(address).text)
        assert not [box for box in boxes if re.search(r"\bchecked\b", box)], address


def test_a_listing_counts_no_letters():
    counts = [field.name for field in Listing._meta.get_fields() if "letter" in field.name]

    assert set(counts) <= {"letterhead", "letterhead_note"}


def test_the_page_is_shipped(client):
    call_command("reference")

    assert Page.objects.filter(slug="no-dark-patterns").exists()
    text = client.get("/no-dark-patterns/").text
    assert "name the preceptor only after you pay" in text
    assert "90 days after it ended" in text
