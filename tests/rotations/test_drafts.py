"""What a preceptor's office may write about a listing, and when."""

import pytest

from audit.models import Event
from outbox.models import Message
from placements.states import Status
from rotations.actions.drafts import (
    NotNow,
    describe_site,
    save_offer,
    save_words,
    set_rhythm,
    start_listing,
)
from rotations.actions.listings import NotComplete, publish_listing, return_listing, submit_listing
from rotations.blocks import WEEK
from rotations.kinds import HandsOn, ListingStatus, RotationType
from rotations.models import Listing, Site
from rotations.queries import own_gaps_of
from tests.factories.accounts import (
    DelegationFactory,
    DocumentTypeFactory,
    PreceptorFactory,
    StaffFactory,
)
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import (
    ListingFactory,
    PolicyFactory,
    RequirementFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
)

pytestmark = pytest.mark.django_db


def whole(**fields):
    listing = ListingFactory(**{"status": "draft", "published_at": None, "weeks": 4, **fields})
    return RequirementFactory(listing=listing).listing


def begin(preceptor=None, **facts):
    preceptor = preceptor or PreceptorFactory()
    PolicyFactory()
    facts = {"title": "Ward medicine", "specialty": SpecialtyFactory(),
             "rotation_type": RotationType.OBSERVERSHIP, "hands_on": HandsOn.OBSERVE, **facts}  # fmt: skip
    return start_listing(preceptor, SiteFactory(), by=preceptor.user, **facts)


class TestBegin:
    def test_is_a_draft_with_the_usual_terms(self):
        listing = begin()

        assert listing.status == ListingStatus.DRAFT
        assert (listing.policy.slug, listing.fee_per_week, listing.families) == ("standard", 0, [])
        assert listing.letterhead == "hospital"
        assert not Listing.objects.published().exists()

    def test_two_of_one_name_have_addresses_of_their_own(self):
        preceptor = PreceptorFactory()

        assert [begin(preceptor).slug for _n in range(2)] == [
            "ward-medicine-houston", "ward-medicine-houston-2",
        ]  # fmt: skip

    def test_what_is_missing_is_named_by_step(self):
        gaps = own_gaps_of(begin())

        assert {step for step, found in gaps.items() if found} == {
            "work", "learners", "documents", "terms", "dates",
        }  # fmt: skip
        assert own_gaps_of(whole()) == {step: [] for step in gaps}

    def test_a_new_site_gets_an_address(self):
        site = Site(name="Harrow Clinic", setting="private-practice", street="1 A", city="Houston",
                    state=StateFactory(), zip="77030", time_zone="America/Chicago")  # fmt: skip

        describe_site(site, by=PreceptorFactory().user)

        assert Site.objects.get().slug == "harrow-clinic-houston"


class TestSending:
    def test_needs_all_that_she_can_give(self):
        listing = begin()

        with pytest.raises(NotComplete) as refused:
            submit_listing(listing, by=listing.preceptor.user)

        assert "There is no price." in refused.value.gaps
        listing.refresh_from_db()
        assert listing.status == ListingStatus.DRAFT
        assert not Message.objects.exists()

    def test_does_not_wait_for_what_staff_check(self):
        listing = whole(preceptor=PreceptorFactory(verified_at=None, verified_by=None))

        submit_listing(listing, by=listing.preceptor.user)

        assert listing.status == ListingStatus.IN_REVIEW
        with pytest.raises(NotComplete, match="not verified"):
            publish_listing(listing, by=StaffFactory())

    def test_returned_she_reads_why(self):
        listing = whole(status="in_review", title="O'Brien's ward")

        return_listing(listing, by=StaffFactory(), note="Say how many patients she'll see.")

        mail = Message.objects.get()
        assert mail.user == listing.preceptor.user
        assert "O'Brien's ward" in mail.subject
        assert "Say how many patients she'll see." in mail.body
        assert (
            Event.objects.get(verb="listing.draft").detail["note"]
            == "Say how many patients she'll see."
        )

    def test_taken_back_by_herself_tells_nobody(self):
        listing = whole(status="in_review")

        return_listing(listing, by=listing.preceptor.user)

        assert not Message.objects.exists()

    def test_published_again_she_is_told_again(self):
        listing = whole(status="in_review")
        publish_listing(listing, by=StaffFactory())
        Listing.objects.update(status="in_review")

        publish_listing(listing, by=StaffFactory())

        assert Message.objects.filter(template="rotations/listing_published").count() == 2


class TestWords:
    @pytest.mark.parametrize("status", ["draft", "published", "paused"])
    def test_change_at_once(self, status):
        listing = ListingFactory(status=status)
        listing.summary, listing.title = "Another sentence.", "Not this"

        save_words(listing, by=listing.preceptor.user, changed=["summary"])

        listing = Listing.objects.get()
        assert (listing.summary, listing.status) == ("Another sentence.", status)
        assert listing.title == "Ward medicine in Houston"
        assert Event.objects.get().detail == {"fields": ["summary"]}

    @pytest.mark.parametrize("status", ["in_review", "archived"])
    def test_stay_while_staff_look_and_for_good(self, status):
        listing = ListingFactory(status=status)
        listing.summary = "Another sentence."

        with pytest.raises(NotNow):
            save_words(listing, by=listing.preceptor.user, changed=["summary"])

        assert Listing.objects.get().summary != "Another sentence."
        assert not Event.objects.exists()

    def test_by_a_delegate_are_said_to_be_for_the_preceptor(self):
        listing = ListingFactory()
        delegate = DelegationFactory(preceptor=listing.preceptor).person

        save_words(listing, by=delegate, changed=["summary"])

        event = Event.objects.get()
        assert (event.by, event.on_behalf_of) == (delegate, listing.preceptor.user)


class TestOffer:
    def price(self, listing, cents=50_000, **more):
        listing.fee_per_week = cents
        save_offer(listing, by=listing.preceptor.user, changed=["fee_per_week"], **more)

    def test_of_a_draft_changes(self):
        self.price(ListingFactory(status="draft"))

        assert Listing.objects.get().fee_per_week == 50_000

    @pytest.mark.parametrize("status", ["published", "in_review", "archived"])
    def test_that_learners_or_staff_look_at_stays(self, status):
        with pytest.raises(NotNow):
            self.price(ListingFactory(status=status))

        assert Listing.objects.get().fee_per_week == 40_000

    def test_of_a_paused_one_sends_it_through_review_again(self):
        listing = ListingFactory(status="paused")

        self.price(listing)

        listing = Listing.objects.get()
        assert (listing.fee_per_week, listing.status) == (50_000, "draft")
        assert [event.verb for event in Event.objects.order_by("pk")] == [
            "listing.draft", "listing.edited",
        ]  # fmt: skip

    @pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.OFFERED, Status.WAITLISTED])
    def test_that_somebody_has_asked_for_stays(self, status):
        listing = ListingFactory(status="paused", weeks=12)
        ApplicationFactory(listing=listing, status=status)

        with pytest.raises(NotNow, match="has asked for this rotation"):
            self.price(listing)

        listing.refresh_from_db()
        assert (listing.fee_per_week, listing.status) == (40_000, "paused")

    def test_papers_are_added_changed_and_left_out(self):
        listing = ListingFactory(status="draft")
        kept, gone = (DocumentTypeFactory(slug=slug, name=slug) for slug in ("tb", "cv"))
        new = DocumentTypeFactory(slug="bls", name="BLS")
        RequirementFactory(listing=listing, type=kept, note="In English")
        RequirementFactory(listing=listing, type=gone)

        asked = {kept.pk: (6, True), new.pk: (None, False)}
        save_offer(listing, by=listing.preceptor.user, changed=(), asked=asked)

        rows = {row.type.slug: (row.months, row.site_sees_file, row.note)
                for row in listing.requirements.all()}  # fmt: skip
        assert rows == {"tb": (6, True, "In English"), "bls": (None, False, "")}


class TestRhythm:
    def test_is_kept_with_its_anchor(self):
        listing = ListingFactory(weeks=1)
        monday = listing.weeks.get().monday

        set_rhythm(listing, every=4, anchor=monday, by=listing.preceptor.user)
        assert (listing.starts_every, listing.anchor) == (4, monday)
        assert listing.may_start(monday + 4 * WEEK)
        assert not listing.may_start(monday + WEEK)

        set_rhythm(listing, every=1, anchor=monday, by=listing.preceptor.user)
        listing.refresh_from_db()
        assert (listing.starts_every, listing.anchor) == (1, None)
