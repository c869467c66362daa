import pytest
from django.urls import reverse

from guides.models import Guide
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from rotations.borders import TOUCHES, nearest
from rotations.kinds import HandsOn, SpecialtyGroup
from tests.factories.accounts import PreceptorFactory
from tests.factories.rotations import (
    ListingFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


def in_state(abbr, name, **more):
    return ListingFactory(site=SiteFactory(state=StateFactory(abbr=abbr, name=name)), **more)


class TestSpecialties:
    def test_index_counts_what_anybody_may_find(self, client):
        SpecialtyFactory(slug="cardiology", name="Cardiology", motif="card")
        ListingFactory()
        ListingFactory(status="paused")

        page = html(client.get(reverse("rotations:specialties")))

        assert "1 rotation<" in page
        assert "none at the moment" in page

    def test_page_shows_both_names_the_facts_and_the_next_starts(self, client):
        field = SpecialtyFactory(
            slug="cardiology",
            name="Cardiology",
            board_name="Cardiovascular Disease",
            about="Hearts.",
            looks_for="Reads ECGs.",
        )
        ListingFactory(specialty=field, fee_per_week=20_000, weeks=4)
        ListingFactory(specialty=field, hands_on=HandsOn.EXAMINE)
        ListingFactory(specialty=field, status="draft", fee_per_week=1)

        response = client.get(field.get_absolute_url())

        page = html(response)
        assert "Cardiovascular Disease" in page
        assert "$950 – $1,750" in page
        assert "1 of 2 (50%)" in page
        assert "<dd>2 in 1 city</dd>" in page
        assert "See all 2 rotations" in page
        assert 'href="/states/texas/">Texas (2)' in page
        assert len(response.context["starts"].cards) == 1
        assert "noindex" not in page

    def test_page_of_an_empty_field_leads_to_related_ones_and_is_not_indexed(self, client):
        field = SpecialtyFactory()
        other = SpecialtyFactory(slug="fm", name="Family medicine", group=SpecialtyGroup.PRIMARY)
        ListingFactory(title="At the family doctor’s", specialty=other, weeks=4)

        response = client.get(field.get_absolute_url())

        (card,) = response.context["starts"].cards
        assert "At the family doctor’s" in card
        assert '<meta name="robots" content="noindex">' in html(response)
        assert "See all rotations" in html(response)

    def test_page_without_any_rotation_at_all(self, client):
        response = client.get(SpecialtyFactory().get_absolute_url())

        assert response.status_code == 200
        assert "Write to a coordinator" in html(response)

    def test_page_of_an_unknown_field_is_not_found(self, client):
        assert client.get(reverse("rotations:specialty", args=["alchemy"])).status_code == 404

    @pytest.mark.parametrize("size", [1, 3])
    def test_page_takes_four_queries(self, client, size, django_assert_num_queries):
        field = SpecialtyFactory()
        ListingFactory.create_batch(size, specialty=field, weeks=4)
        client.get(field.get_absolute_url())

        with django_assert_num_queries(4):
            client.get(field.get_absolute_url())

    def test_a_seat_taken_is_gone_although_counts_are_remembered(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4, capacity=1)
        assert "1 seat left" in html(client.get(listing.specialty.get_absolute_url()))

        move_seats(take=Block(monday, 4).of(listing.pk))

        page = html(client.get(listing.specialty.get_absolute_url()))
        assert "1 seat left" not in page
        assert "All seats are taken at the moment" in page


class TestStates:
    def test_index_names_all_those_with_rotations_first(self, client):
        StateFactory(abbr="AL", name="Alabama")
        in_state("TX", "Texas")

        page = html(client.get(reverse("rotations:states")))

        assert page.index('href="/states/texas/"') < page.index('href="/states/alabama/"')

    def test_page_shows_numbers_fields_and_what_to_know(self, client):
        Guide.objects.create(slug="eligibility", title="Can I apply?", group="start", body="Text")
        StateFactory(abbr="TX", name="Texas", note="Schools stop work when a paper ends.")
        in_state("TX", "Texas", weeks=4)
        in_state("FL", "Florida", fee_per_week=90_000)

        response = client.get("/states/texas/")

        page = html(response)
        assert "There is 1 rotation in Texas now." in page
        assert "$1,750" in page
        assert "$3,750" not in page
        assert "Schools stop work when a paper ends." in page
        assert "This is information, not legal advice." in page
        assert "Can I apply?" in page
        assert 'data-sp="im" href="/specialties/internal-medicine/"' in page
        assert "noindex" not in page

    def test_page_of_an_empty_state_leads_to_the_nearest_and_is_not_indexed(self, client):
        StateFactory(abbr="OK", name="Oklahoma", note="Ask. This is information, not legal advice.")
        in_state("FL", "Florida", title="Far")
        near = in_state("TX", "Texas", title="Near", weeks=4)

        response = client.get("/states/oklahoma/")

        page = html(response)
        assert '<meta name="robots" content="noindex">' in page
        assert page.index('href="/states/texas/"') < page.index('href="/states/florida/"')
        (card,) = response.context["starts"].cards
        assert near.get_absolute_url() in card
        assert page.count("not legal advice") == 1

    def test_an_island_is_told_what_there_is_elsewhere(self, client):
        StateFactory(abbr="HI", name="Hawaii")
        in_state("FL", "Florida")

        page = html(client.get("/states/hawaii/"))

        assert "Rotations in other states" in page
        assert "nearby" not in page.replace('"nearby"', "")

    def test_page_of_an_unknown_state_is_not_found(self, client):
        assert client.get("/states/atlantis/").status_code == 404

    @pytest.mark.parametrize("size", [1, 3])
    def test_page_takes_four_queries(self, client, size, django_assert_num_queries):
        for _n in range(size):
            in_state("TX", "Texas", weeks=4)
        client.get("/states/texas/")

        with django_assert_num_queries(4):
            client.get("/states/texas/")


class TestBorders:
    def test_every_border_has_two_sides(self):
        assert [
            (a, b) for a, others in TOUCHES.items() for b in others if a not in TOUCHES[b]
        ] == []

    def test_nearest_counts_borders(self):
        assert nearest("TX", {"AZ", "OK", "ME", "HI"}, most=2) == ["OK", "AZ"]

    def test_an_island_is_near_nothing(self):
        assert nearest("HI", {"CA"}, most=2) == []


class TestPreceptor:
    def test_shows_fields_places_and_when_we_saw_her_license(self, client):
        preceptor = PreceptorFactory(max_learners=2, affiliation="Harrow Park residency")
        listing = ListingFactory(preceptor=preceptor)

        page = html(client.get(preceptor.get_absolute_url()))

        assert listing.specialty.get_absolute_url() in page
        assert "Houston, Texas" in page
        assert "seen by us on" in page
        assert "Takes new learners" in page
        assert "2 at most" in page
        assert "Too few requests" in page or "too few requests" in page

    def test_who_takes_nobody_does_not_say_so(self, client):
        page = html(client.get(PreceptorFactory(accepting=False).get_absolute_url()))

        assert "Takes new learners" not in page
        assert "does not take new learners" in page
