"""The stage renders with Django's templates; no database."""

import django


def pytest_configure() -> None:
    """Templates and static addresses need the settings."""
    django.setup()
