"""Pages as they are sent: what makes a template readable is not worth a reader's data."""

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENT = re.compile(r"\n\s+")


class Flat(filesystem.Loader):
    """Lines of our own pages begin at the margin; their ends stay, so that words never grow together.

    Mails are left as they are, and so are libraries' templates, whose texts are translated whole.
    """

    def get_contents(self, origin: Origin) -> str:
        text = super().get_contents(origin)
        return INDENT.sub("\n", text) if origin.name.endswith(".html") else text
