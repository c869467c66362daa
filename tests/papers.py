"""Small real files for uploads."""

from seed.stage import sample_pdf


def small_pdf(*lines: str) -> bytes:
    """A PDF of one page that says so."""
    return sample_pdf(lines[0], list(lines[1:]))
