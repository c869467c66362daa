"""What guides and pages may name in braces: asked of the project, as a leaf knows no other app."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.module_loading import import_string


def facts() -> Mapping[str, str]:
    """Read when a text names one, so that a number edited in the admin shows at once."""
    found: Mapping[str, str] = import_string(settings.FACTS)()
    return found
