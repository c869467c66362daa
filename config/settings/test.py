"""For the tests: real PostgreSQL and Valkey, weak hashes, no delay, no mail server."""

import os

from config.settings.dev import *
from config.settings.storage import private_storage

# Processes that share the tests (pytest-xdist numbers them gw0, gw1, …) have a broker and a folder
# each, as each has a database.
if ours := os.environ.get("PYTEST_XDIST_WORKER"):
    REDIS_URL = f"{REDIS_URL.rpartition('/')[0]}/{ours.removeprefix('gw')}"
    DATA_DIR /= ours
    STORAGES["private"] = private_storage(PRIVATE_STORAGE_URL, DATA_DIR / "private")

DEBUG = False
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# As deployed.
PAGES["OPTIONS"]["loaders"] = [("template_partials.loader.Loader", READ_ONCE)]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
