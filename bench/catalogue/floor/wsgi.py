"""Django with the portal's models and database, and nothing around them."""

from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
# After the setup, in which libraries insist on their middleware.
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.catalogue.floor.urls"
settings.TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
application = WSGIHandler()
