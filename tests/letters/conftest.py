import logging
from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile

from letters.models import LetterRequest
from tests.factories.letters import LetterRequestFactory


class Complaints(logging.Handler):
    """What the renderer logs: it says there, and only there, that a page is not PDF/UA."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def complaints() -> Iterator[Complaints]:
    """Empty at the end, unless a test expects some and clears them."""
    complaints = Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    yield complaints
    logger.removeHandler(complaints)
    assert complaints.said == []


@pytest.fixture
def letter() -> LetterRequest:
    """Asked for, its PDF made."""
    found = LetterRequestFactory()
    found.file.save("r.pdf", ContentFile(b"%PDF-1.7 request"), save=False)
    found.rendered_version = 1
    found.save()
    return found
