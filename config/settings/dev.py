"""For one person's machine: errors are shown, mail is kept in files, secrets are public."""

import base64
import os

from config.settings.base import *

DEBUG = env.bool("DEBUG", True)

# Recognisable, so that production can refuse them.
PUBLIC_KEY = base64.urlsafe_b64encode(b"development-only-do-not-deploy!!").decode()
SECRET_KEY = SECRET_KEY or f"development-only-{PUBLIC_KEY}"
CERTIFICATE_KEY = CERTIFICATE_KEY or PUBLIC_KEY
FIELD_KEYS = FIELD_KEYS or [PUBLIC_KEY]

env.seal()

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "[::1]"]

# Mail can be read at /dev/mail/; what was really sent lies in files beside.
SHOW_MAILBOX = True
if "EMAIL_URL" not in os.environ:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

# A changed style sheet or template shows at the next request, without collecting anything.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
PAGES["OPTIONS"]["loaders"] = [("template_partials.loader.Loader", LOADERS)]

# Passkeys want https or localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
