"""Django with the portal's database and nothing around it: one view that does one locked insert."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
# After the setup, in which libraries insist on their middleware.
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "bench.booking.floor.urls"
application = WSGIHandler()
