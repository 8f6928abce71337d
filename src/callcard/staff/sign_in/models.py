"""How people sign in: second steps, open sessions, wrong guesses, and on what terms a role lets them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from callcard.staff.models import User
from callcard.staff.roles.models import Role
from callcard.staff.sign_in.rules import Terms, read_days, read_networks


class SecondStep(models.Model):
    """Something besides the password that only this user has."""

    class Kind(models.TextChoices):
        CODES = "codes", _("Authenticator app")
        PASSKEY = "passkey", _("Passkey")
        RECOVERY = "recovery", _("Recovery code")

    user = models.ForeignKey(User, models.CASCADE, related_name="second_steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=100, blank=True)
    # codes: the shared secret, sealed. passkey: its credential data (WebAuthn 6.5.2). recovery: a keyed hash.
    secret = models.BinaryField()
    # Of a passkey: SHA-256 of its id. None, not empty, for all others: they are not unique.
    credential_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    last_step = models.BigIntegerField(default=0)  # codes: the newest period of which a code was taken
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("second step")


class OpenSession(models.Model):
    """A browser in which somebody is signed in. Its session has the number of this row."""

    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    how = models.CharField(max_length=20)
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()


class Guesses(models.Model):
    """How often somebody was wrong, for one thing that is counted (see guessing)."""

    key = models.CharField(max_length=64, unique=True)
    wrong = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()


class RoleTerms(models.Model):
    """On what terms whoever has a role signs in. No row: the role says nothing about it."""

    role = models.OneToOneField(Role, models.CASCADE, related_name="terms")
    needs_second_step = models.BooleanField(default=False)
    days = models.CharField(max_length=7, blank=True)  # "12345": Monday to Friday; empty: every day
    begins = models.TimeField(null=True)  # on the company's clock; None: any time
    ends = models.TimeField(null=True)  # not after `begins`: on the next day
    networks = models.TextField(max_length=2000, blank=True)  # "192.168.1.0/24" ..., one a line; empty: from anywhere

    @property
    def terms(self) -> Terms:
        return Terms(self.needs_second_step, read_days(self.days), self.begins, self.ends, read_networks(self.networks))


class SignInSettings(models.Model):
    """The one row of what holds for everybody."""

    lock_after_minutes = models.PositiveSmallIntegerField(default=0)  # 0: a screen locks only by hand
    # Passwords and passkeys let in only those who can change roles; everybody else comes by single sign-on.
    only_by_provider = models.BooleanField(default=False, db_default=False)
