"""For the tests: real PostgreSQL and Valkey, weak hashes, no delay, no mail server."""

from config.settings.dev import *

DEBUG = False
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# As deployed.
PAGES["OPTIONS"]["loaders"] = [("template_partials.loader.Loader", READ_ONCE)]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
