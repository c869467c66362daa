import logging
from collections.abc import Iterator

import pytest


class Complaints(logging.Handler):
    """What the renderer logs: it says there, and only there, that a page is not PDF/UA."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def _no_complaint_of_the_renderer() -> Iterator[None]:
    complaints = Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    yield
    logger.removeHandler(complaints)
    assert complaints.said == []
