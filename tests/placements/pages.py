"""Where the pages of applications and placements are."""

from django.urls import reverse


def url(name, thing):
    return reverse(f"placements:{name}", args=[thing.code])
