"""Templates as they are sent: what makes a source readable is not worth a reader's data."""

import re

from django.template import Origin
from django.template.loaders import app_directories, filesystem

INDENT = re.compile(r"\n\s+")


class _Flat:
    """Lines begin at the margin; a line's end stays, so that words never grow together."""

    def get_contents(self, origin: Origin) -> str:
        return INDENT.sub("\n", super().get_contents(origin))  # type: ignore[misc]


class Filesystem(_Flat, filesystem.Loader):
    """The project's own templates."""


class AppDirectories(_Flat, app_directories.Loader):
    """Those of the libraries."""
