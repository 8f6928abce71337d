"""`callcard let_in NAME`: the way back in for whoever is at the server, when nobody can sign in any more."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from callcard.staff.models import User
from callcard.staff.rules import fresh_password
from callcard.staff.services import activate_person, give_password
from callcard.staff.sign_in.models import Guesses
from callcard.staff.sign_in.second_steps import remove_all_steps
from callcard.staff.sign_in.terms_services import lift_limits


class Command(BaseCommand):
    help = "Let somebody sign in again: a new password, no second step, at any hour, from anywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name")
        parser.add_argument("--keep-password", action="store_true", help="the password stays as it is")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(f"There is nobody with the user name {options['name']!r}.")
        activate_person(user=user)
        remove_all_steps(user)
        Guesses.objects.all().delete()
        for role in lift_limits(user):
            self.stdout.write(f"The role {role.shown_name!r} has no hours and networks any more. Set them anew.")
        if not options["keep_password"]:
            password = fresh_password()
            give_password(user=user, password=password)
            self.stdout.write(f"The new password of {user.username}: {password}")
        self.stdout.write(self.style.SUCCESS(f"{user.username} can sign in now, without a second step."))
