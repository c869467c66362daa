"""Who may do what with a listing. No side effects."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from rotations.models import Listing


def is_office_of(user: User | AnonymousUser, listing: Listing) -> bool:
    """The preceptor of record, or a delegate of hers."""
    return isinstance(user, User) and listing.preceptor_id in user.practices


def edits_listings(user: User | AnonymousUser) -> bool:
    """Staff who keep the catalogue."""
    return user.is_active and user.is_staff and user.has_perm("rotations.change_listing")


def may_pause(user: User, listing: Listing) -> bool:
    """Take it off the catalogue for a while, and bring it back."""
    return is_office_of(user, listing) or edits_listings(user)


def may_edit(user: User | AnonymousUser, listing: Listing) -> bool:
    """Write its text. Staff have the admin for that."""
    return is_office_of(user, listing)
