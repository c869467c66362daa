"""The preceptor's own listings."""

import pytest
from django.urls import reverse

from tests.factories.accounts import LearnerFactory, PreceptorFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, open_seats
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


class TestMyListings:
    URL = reverse("rotations:my_listings")

    def test_shows_hers_with_their_dates(self, client):
        listing = ListingFactory(title="Mine")
        monday, *_rest = open_seats(listing, 4)
        ListingFactory(title="Another's")
        client.force_login(listing.preceptor.user)

        page = html(client.get(self.URL))

        assert "Mine" in page
        assert "Another" not in page
        assert f'datetime="{monday}"' in page
        assert "Pause listing" in page

    def test_is_for_preceptors(self, client):
        assert client.get(self.URL).status_code == 302
        client.force_login(LearnerFactory().user)
        assert client.get(self.URL).status_code == 404

    def test_pauses_and_shows_again(self, client):
        listing = RequirementFactory(listing=ListingFactory(weeks=4)).listing
        client.force_login(listing.preceptor.user)

        client.post(reverse("rotations:pause_listing", args=[listing.slug]))
        listing.refresh_from_db()
        assert listing.status == "paused"

        client.post(reverse("rotations:resume_listing", args=[listing.slug]))
        listing.refresh_from_db()
        assert listing.status == "published"

    def test_says_why_it_cannot_be_shown_again(self, client):
        listing = ListingFactory(status="paused")
        client.force_login(listing.preceptor.user)

        response = client.post(
            reverse("rotations:resume_listing", args=[listing.slug]), follow=True
        )

        assert "No dates can be booked." in html(response)

    def test_sends_a_draft_for_review_but_never_publishes_it(self, client):
        listing = RequirementFactory(
            listing=ListingFactory(status="draft", published_at=None, weeks=4)
        ).listing
        client.force_login(listing.preceptor.user)

        refused = client.post(reverse("rotations:resume_listing", args=[listing.slug]))
        assert refused.status_code == 403

        client.post(reverse("rotations:submit_listing", args=[listing.slug]))
        listing.refresh_from_db()
        assert listing.status == "in_review"

    @pytest.mark.parametrize("move", ["pause_listing", "resume_listing", "submit_listing"])
    def test_moves_are_hers_alone_and_posts(self, client, move):
        listing = ListingFactory(weeks=4)
        url = reverse(f"rotations:{move}", args=[listing.slug])

        assert client.post(url).status_code == 302
        client.force_login(PreceptorFactory().user)
        assert client.post(url).status_code == 403
        client.force_login(listing.preceptor.user)
        assert client.get(url).status_code == 405
        listing.refresh_from_db()
        assert listing.status == "published"
