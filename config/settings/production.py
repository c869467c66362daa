"""Behind a proxy that speaks TLS. Refuses to start while a secret is missing or known to all."""

from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError
from whitenoise.compress import Compressor

from config.settings import required
from config.settings.base import *

SECRET_KEY = env.str("SECRET_KEY", validate=required.secret)
CERTIFICATE_KEY = env.str("CERTIFICATE_KEY", validate=required.signing_key)
FIELD_KEYS = env.list("FIELD_KEYS", validate=required.encryption_keys)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", validate=required.not_everybody)
env.str("EMAIL_URL", validate=required.mail_server)
env.str("CLAMAV_SOCKET", "", validate=required.scanner)
env.str("PRIVATE_STORAGE_URL", "", validate=required.bucket)
for name in ("SITE_URL", "DATABASE_URL", "REDIS_URL", "DATA_DIR"):
    env.str(name, validate=required.not_empty)
try:
    env.seal()
except EnvValidationError as error:
    messages = error.error_messages
    assert isinstance(messages, dict)  # noqa: S101  as seal() makes them
    faults = [f"{name}: {' '.join(why)}" for name, why in sorted(messages.items())]
    raise ImproperlyConfigured(
        "\n  ".join(["The environment is not fit for production.", *faults])
    ) from None

# The proxy redirects to https and says so; config.proxies drops the header of anybody else.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = [
    *SILENCED_SYSTEM_CHECKS,
    "security.W008",  # the redirect to https is the proxy's
    "security.W021",  # preloading binds a whole domain: its owner's decision, made at the proxy
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.partition(":")[0]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://localhost")

SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Nobody fetches a source map but a developer, and they are the largest files of all.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]

# EMAIL_URL=file: keeps mail as files, for trying things as they will be deployed.
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"] or DATA_DIR / "mail"

# Somebody who tries foreign host names gets a 400, and no page of our log.
LOGGING["loggers"]["django.security.DisallowedHost"] = {"level": "CRITICAL"}
