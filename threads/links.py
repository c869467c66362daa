"""The address under which one click ends mails about messages (RFC 8058), without a sign-in."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

SIGNER = signing.Signer(salt="threads.quiet")


def quiet_url(person: User) -> str:
    token = SIGNER.sign(str(person.pk))
    return f"{settings.SITE_URL}{reverse('threads:quiet_link', args=[token])}"


def read_quiet(token: str) -> User | None:
    """Whose mails the link ends; it opens nothing else, so it has no end."""
    try:
        pk = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()
