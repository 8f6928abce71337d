"""Settings of the program. What an installation may choose comes from the environment (docs/admin/settings.md)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import environ

from callcard.config.acme.wish import BEGINNING, LETS_ENCRYPT, Wish, names_in
from callcard.config.database import database_settings
from callcard.config.environment import SETTINGS, check, prepare_folder

env = environ.Env()
LANGUAGES = [("en", "English")]
for name in SETTINGS & os.environ.keys():
    check(name, os.environ[name], [code for code, _ in LANGUAGES])

DATA_DIR = Path(env.str("CALLCARD_DATA_DIR", default="var")).absolute()
prepare_folder(DATA_DIR)
DEBUG = env.bool("CALLCARD_DEBUG", default=False)


def _secret_key() -> str:
    """The key from the environment, else one made at the first start and kept in the data folder."""
    given = env.str("CALLCARD_SECRET_KEY", default="")
    if given:
        return str(given)
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret_key()
# Key and certificates in one file, or who gives them: Callcard then speaks https itself.
TLS_CERTIFICATE = env.str("CALLCARD_TLS_CERTIFICATE", default="")
ACME: Wish | None = None
if TLS_CERTIFICATE.startswith(BEGINNING):
    ACME = Wish(
        names=names_in(TLS_CERTIFICATE),
        folder=DATA_DIR / "tls",
        directory=env.str("CALLCARD_ACME_DIRECTORY", default="") or LETS_ENCRYPT,
        authority=env.str("CALLCARD_ACME_AUTHORITY", default=""),
        contact=env.str("CALLCARD_ACME_CONTACT", default=""),
        port=env.int("CALLCARD_ACME_PORT", default=80),
    )
    TLS_CERTIFICATE = str(ACME.certificate)
_HERE = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("CALLCARD_ALLOWED_HOSTS", default=[*_HERE, *(ACME.names if ACME else ())])
CSRF_TRUSTED_ORIGINS = env.list("CALLCARD_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "callcard.config",  # for its commands
    "callcard.switchboard",
    "callcard.desk",
    "callcard.api",
    "callcard.api.tokens",
    "callcard.api.webhooks",
    "callcard.calls",
    "callcard.calls.missed",
    "callcard.calls.reconcile",
    "callcard.calls.recordings",
    "callcard.calls.screening",
    "callcard.calls.tariffs",
    "callcard.tasks",
    "callcard.sales",
    "callcard.customers",
    "callcard.customers.consent",
    "callcard.staff",
    "callcard.staff.audit",
    "callcard.staff.roles",
    "callcard.staff.sign_in",
    "callcard.staff.single_sign_on",
    "callcard.staff.directory",
    "callcard.staff.softphone",
    "callcard.jobs",
    "callcard.live",
    "callcard.ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "callcard.api.sign_in.ApiSignIn",
    "callcard.staff.sign_in.middleware.HoldToTerms",
    "callcard.staff.audit.middleware.Audit",
    "callcard.staff.roles.seeing.SeeAs",
    "callcard.config.access.AskRoles",
    "callcard.staff.middleware.CompanyClock",
    "django.contrib.messages.middleware.MessageMiddleware",
    "callcard.ui.middleware.ContentSecurityPolicy",
    "callcard.staff.softphone.middleware.SoftphonePolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "callcard.config.urls"
ASGI_APPLICATION = "callcard.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "callcard.ui.form_renderer.FieldsInPython"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "callcard.ui.context.page",
                "callcard.desk.context.shell",
                "callcard.switchboard.context.pbx_links",
            ],
        },
    },
]

DATABASES = {"default": database_settings(env.str("CALLCARD_DATABASE_URL", default=""), DATA_DIR)}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "callcard.staff.directory.backend.DirectoryBackend",  # asked for what the first does not know
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "callcard.staff.sign_in.passwords.HardToGuess"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "shell"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = env.str("CALLCARD_LANGUAGE", default="en")
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("CALLCARD_TIME_ZONE", default="UTC")

EMAIL_URL = env.str("CALLCARD_EMAIL_URL", default="")
# Without a mail server nothing is sent: EMAIL_FROM is then empty.
EMAIL_FROM = env.str("CALLCARD_EMAIL_FROM", default="") if EMAIL_URL else ""
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 15  # seconds
# Under which browsers reach Callcard, for links in mails and calendars; without it they have none.
PUBLIC_ADDRESS = env.str("CALLCARD_ADDRESS", default="").rstrip("/")

STATIC_URL = "/static/"
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# What an import may be.
# Whether webhooks may lead to addresses of an own network, and over http.
WEBHOOKS_PRIVATE = env.bool("CALLCARD_WEBHOOKS_PRIVATE", default=False)
IMPORT_LARGEST_MB = env.int("CALLCARD_IMPORT_LARGEST_MB", default=100)
IMPORT_MOST_ROWS = env.int("CALLCARD_IMPORT_MOST_ROWS", default=300_000)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
BEHIND_PROXY = env.bool("CALLCARD_HTTPS", default=False)  # which speaks https for us
HTTPS = bool(TLS_CERTIFICATE) or BEHIND_PROXY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
if HTTPS:
    # With this beginning browsers keep the cookie to this very host (RFC 6265bis, 4.1.3.2).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
# Who may say for whom they ask, and whether that was over https.
TRUSTED_PROXIES = env.list("CALLCARD_TRUSTED_PROXIES", default=["127.0.0.1", "::1"])
# `callcard check --deploy` says these in the program's own words: see config/unsafe.py.
SILENCED_SYSTEM_CHECKS = [f"security.W0{number}" for number in ("04", "08", "09", "12", "16", "18", "20")]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "callcard.config.log_lines.OneLine",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
