"""What is true everywhere. All of the environment is read here, at the top."""

from pathlib import Path
from typing import Any

import bootstrap_wrapper
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.settings import required, social
from config.settings.storage import private_storage

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = Env(eager=False)

SECRET_KEY: str = env.str("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost"])
SITE_URL: str = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
DATABASE_URL = env.dj_db_url("DATABASE_URL", "postgresql://localhost/wardlight") or {}
REDIS_URL: str = env.str("REDIS_URL", "redis://localhost:6379/0")
EMAIL = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
# Where uploads and PDFs lie, if not in DATA_DIR: s3://KEY:SECRET@HOST/BUCKET?region=REGION
PRIVATE_STORAGE_URL: str = env.str("PRIVATE_STORAGE_URL", "")
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data")))
# The addresses or networks of our own proxies: what these say about a request's origin counts.
TRUSTED_PROXIES = required.networks(env.list("TRUSTED_PROXIES", [], validate=required.networks))
# ClamAV's socket: a path, or host:port. Without one, files are marked as unscanned.
CLAMAV_SOCKET: str = env.str("CLAMAV_SOCKET", "").removeprefix("unix://")
# A page gives up after five seconds (promise R14); a migration takes the time it needs.
STATEMENT_TIMEOUT: str = env.str("STATEMENT_TIMEOUT", "5s")
# An Ed25519 seed, 32 bytes in base64, signs certificates; earlier keys stay published.
CERTIFICATE_KEY: str = env.str("CERTIFICATE_KEY", "")
CERTIFICATE_OLD_KEYS: list[str] = env.list("CERTIFICATE_OLD_KEYS", [])
# Fernet keys, newest first: they encrypt second-factor secrets and letter drafts at rest.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", [])
# The registry of providers that workers ask for an NPI, for example
# https://npiregistry.cms.hhs.gov/api/; empty: none, staff compare by hand.
NPI_REGISTRY_URL: str = env.str("NPI_REGISTRY_URL", "")

SHOW_MAILBOX = False

# The portal's own face: an installation shows its name, not ours.
PORTAL = {
    "name": env.str("PORTAL_NAME", "Wardlight"),
    "email": env.str("PORTAL_EMAIL", "help@wardlight.example"),
    "phone": env.str("PORTAL_PHONE", "(312) 555-0142"),
    "hours": env.str("PORTAL_HOURS", "Monday to Friday, 8:00 AM – 6:00 PM Central Time (CT)"),
    "address": env.str("PORTAL_ADDRESS", "1 Example Plaza, Chicago, IL 60601"),
    "coordinator": env.str("PORTAL_COORDINATOR", "Dana Whitlock"),
    "logo": env.str("PORTAL_LOGO", ""),
    # What others show beside a shared link: a PNG of 1200 by 630.
    "image": env.str("PORTAL_SHARE_IMAGE", "icons/share.png"),
    "brand": env.str("PORTAL_BRAND_COLOR", ""),
    "brand_dark": env.str("PORTAL_BRAND_COLOR_DARK", ""),
    "paper": env.str("PORTAL_PAPER", "Letter"),
}

# What guides and pages name in braces.
FACTS = "config.facts.Facts"

INSTALLED_APPS = [
    "config.apps.FrameConfig",
    "seed",
    "privacy",
    "letters",
    "threads",
    "placements",
    "rotations",
    "accounts",
    "audit",
    "clocks",
    "guides",
    "outbox",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.microsoft",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_countries",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",
    "template_partials",
    "whitenoise.runserver_nostatic",
    "config.apps.OfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "config.proxies.Origin",
    "config.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.CleanInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.staying.SessionLimits",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.History",
    "config.middleware.PrivateByDefault",
    "config.middleware.StaffSecondFactor",
    "config.middleware.FreshSignIn",
    "config.middleware.PlainAnswers",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

LOADERS = [
    "config.loaders.Flat",
    "django.template.loaders.app_directories.Loader",
]
READ_ONCE = [("django.template.loaders.cached.Loader", LOADERS)]
PAGES: dict[str, Any] = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "NAME": "pages",
    "DIRS": [BASE_DIR / "templates"],
    "OPTIONS": {
        # Said here: template_partials puts its loader only round an engine named "django".
        "loaders": [("template_partials.loader.Loader", READ_ONCE)],
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.i18n",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "config.context.portal",
        ],
        "builtins": [
            "guides.templatetags.portal",
            "guides.templatetags.found",
            "django.templatetags.i18n",
            "guides.templatetags.constant",
        ],
    },
}
# Mail is plain text: a second engine without escaping, whose only folder is the mails'.
MAILS = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "NAME": "text",
    "DIRS": [BASE_DIR / "templates" / "emails"],
    "OPTIONS": {
        "autoescape": False,
        "builtins": ["django.templatetags.i18n", "outbox.templatetags.plain"],
    },
}
TEMPLATES = [PAGES, MAILS]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": DATABASE_URL}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout=3s"
    " -c idle_in_transaction_session_timeout=30s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and sessions live in the database, so that an emptied Redis lifts no limit.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # What may be a few minutes old and costs nothing to lose.
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Mostly drawn cards, of a kilobyte each.
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
PGHISTORY_APPEND_ONLY = True

AUTH_USER_MODEL = "accounts.User"
# The table keeps addresses unique whatever their capitals, by an index the check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "call_me")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.NotOurWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:dashboard"

ACCOUNT_ADAPTER = "config.arrivals.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.entrance.AddEmailForm",
    "change_email": "accounts.forms.entrance.ChangeEmailForm",
    "login": "accounts.forms.entrance.LoginForm",
    "request_login_code": "accounts.forms.entrance.RequestLoginCodeForm",
    "reset_password": "accounts.forms.entrance.ResetPasswordForm",
    "signup": "accounts.forms.entrance.SignupForm",
}
# The library's own, but a change of address writes to two people each time.
ACCOUNT_RATE_LIMITS = {"manage_email": "5/h/user"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_CHANGE_EMAIL = True
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.adapter.ResetTokens"  # noqa: S105  a path
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PORTAL["name"]
# Last seen on every page would cost five statements each.
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.entrance.SocialSignupForm"}
# Always the form: it asks for the name of the passport and for consent.
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = social.providers(env)

SESSION_ENGINE = "config.sessions"
# A row outlives its session, so that who was signed out is known when she sends something:
# config.staying ends it earlier.
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A form that begins a sign-in elsewhere is answered with the way there.
        "form-action": [SELF, *social.origins(SOCIALACCOUNT_PROVIDERS)],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = env.str("PORTAL_TIME_ZONE", "America/Chicago")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": private_storage(PRIVATE_STORAGE_URL, DATA_DIR / "private"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = [
    "accounts.uploads.Bound",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_BACKEND = EMAIL.get("EMAIL_BACKEND", "")
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = f"{PORTAL['name']} <{PORTAL['email']}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

MESSAGE_TAGS = {
    messages.DEBUG: "info",
    messages.INFO: "info",
    messages.SUCCESS: "ok",
    messages.WARNING: "warn",
    messages.ERROR: "bad",
}

LOGGING_CONFIG = "config.logs.set_up"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django would say everything a second time on a handler of its own.
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "pikepdf": {"level": "WARNING"},
    },
}
