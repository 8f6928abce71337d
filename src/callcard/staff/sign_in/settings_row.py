"""What the administrator has set about signing in."""

from __future__ import annotations

from callcard.kit.remembered import Remembered
from callcard.staff.sign_in.models import SignInSettings


def sign_in_settings() -> SignInSettings:
    """Asked for with every page."""
    return _settings.get()


def set_lock_after(minutes: int) -> None:
    SignInSettings.objects.update_or_create(pk=1, defaults={"lock_after_minutes": minutes})
    _settings.forget()


def set_only_by_provider(is_so: bool) -> None:
    SignInSettings.objects.update_or_create(pk=1, defaults={"only_by_provider": is_so})
    _settings.forget()


def forget_sign_in_settings() -> None:
    _settings.forget()


_settings = Remembered(lambda: SignInSettings.objects.first() or SignInSettings(), seconds=30)
