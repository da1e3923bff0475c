"""Settings of the house. Everything it remembers lives in one directory, `PODIUM_DATA`: database, secret key and
collected static files. No sign-up, no sessions: a visitor is a signed cookie (see `lessons.visitors`).

Environment: `PODIUM_DATA`, `PODIUM_DEBUG`, `PODIUM_HOSTS` (names this house answers to, comma separated; default:
any), `PODIUM_SECRET_KEY` (default: made on the first run and kept in `PODIUM_DATA`).
"""

import os
from pathlib import Path

from lessons.secret import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PODIUM_DATA") or BASE_DIR / "data").resolve()
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = os.environ.get("PODIUM_DEBUG", "") not in ("", "0")
SECRET_KEY = os.environ.get("PODIUM_SECRET_KEY") or secret_key(DATA / "secret-key")
# A class joins by whatever address the teacher's machine has in the room, so every name is answered by default;
# nothing in the house builds links from the Host header except the join link shown to that same browser.
ALLOWED_HOSTS = [name for name in os.environ.get("PODIUM_HOSTS", "").split(",") if name] or ["*"]

INSTALLED_APPS = [
    "daphne",
    "channels",
    "django.contrib.staticfiles",
    "django_htmx",
    "lessons",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lessons.compressed_pages.CompressedPages",
    "lessons.content_security.content_security",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lessons.visitors.middleware.visitor_cookie",
]
ROOT_URLCONF = "lessons.urls"
ASGI_APPLICATION = "lessons.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                           "lessons.home.theme.theme"]},
    }
]

# WAL lets pages read while the log is written; FULL keeps an acknowledged command through a power cut (NORMAL
# may lose the last commits); IMMEDIATE takes the write lock at BEGIN, where waiting for it works.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "podium.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        # A file, not memory: the log's own thread must see what a test's thread wrote.
        "TEST": {"NAME": DATA / "test.sqlite3"},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "lessons.static_files.StaticFiles"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lessons.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024  # a Kubernetes request body (API server: 3 MiB)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # daphne says at INFO which port it got, which is how tests find it.
    "loggers": {"lessons": {"level": "INFO"}, "daphne": {"level": "INFO"}},
}
