from datetime import datetime

from django.db.models import QuerySet

from accounts.models import PreceptorProfile
from guides.sitemaps import PublicPages
from rotations.kinds import ListingStatus
from rotations.models import Listing, Specialty, State


class ListingPages(PublicPages):
    def items(self) -> QuerySet[Listing]:
        return (
            Listing.objects.filter(status=ListingStatus.PUBLISHED, preceptor__suspended_at=None)
            .only("slug", "updated_at")
            .order_by("pk")
        )

    def lastmod(self, listing: Listing) -> datetime:
        return listing.updated_at


class SpecialtyPages(PublicPages):
    """Those that have rotations: an empty page asks not to be found."""

    def items(self) -> QuerySet[Specialty]:
        public = Listing.objects.published().values("specialty")
        return Specialty.objects.filter(pk__in=public).order_by("pk")


class StatePages(PublicPages):
    def items(self) -> QuerySet[State]:
        public = Listing.objects.published().values("site__state")
        return State.objects.filter(pk__in=public).order_by("pk")


class PreceptorPages(PublicPages):
    def items(self) -> QuerySet[PreceptorProfile]:
        return PreceptorProfile.objects.public().only("slug").order_by("pk")
