"""`callcard load_demo`: a company with customers, sales, tasks and half a year of calls."""

from __future__ import annotations

import random
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from callcard.calls.demo import Desk, load_calls
from callcard.calls.missed.demo import load_missed
from callcard.calls.recordings.demo import load_recordings
from callcard.calls.tariffs.demo import load_tariffs
from callcard.customers.demo import load_customers
from callcard.customers.duplicates import FIND_DUPLICATES
from callcard.jobs.services import enqueue
from callcard.sales.demo import load_sales
from callcard.staff.company import company
from callcard.staff.demo import LINES, DemoUser, is_loaded, load_staff
from callcard.tasks.demo import load_tasks

# As it can be typed from where we are, also by those who started with `make run`.
_COMMAND = str(Path(sys.executable).with_name("callcard"))


class Command(BaseCommand):
    help = "Fill an empty database with a demo company, and print its users' passwords."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default="", help="for all three users, instead of fresh random ones")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other customers")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if is_loaded():
            self.stdout.write("There is a company already: nothing loaded.")
            self.stdout.write(f"A forgotten password is given anew by: {_COMMAND} changepassword NAME")
            return
        with transaction.atomic():
            users = _load(random.Random(options["seed"]), options["password"], self._say)
        self.stdout.write("A demo company is loaded. Sign in as:")
        for one in users:
            phones = " and ".join(one.extensions)
            self.stdout.write(f"  {one.user.username:<8} {one.password}   ({one.user.shown_name}, phones {phones})")

    def _say(self, words: str) -> None:
        self.stdout.write(f"Loading the demo company: {words} ...")
        self.stdout.flush()


def _load(chance: random.Random, password: str, say: Callable[[str], None]) -> list[DemoUser]:
    now = timezone.now().replace(microsecond=0)
    say("people and customers")
    users = load_staff(password=password)
    office = company()
    staff = [one.user for one in users]
    customers = load_customers(chance, staff=staff, region=office.region, now=now)
    say("orders, payments and tasks")
    load_sales(chance, customers=customers, now=now)
    load_tasks(chance, customers=customers, staff=staff, now=now)
    say("half a year of calls")
    desks = [Desk(extension, one.user.pk) for one in users for extension in one.extensions]
    load_calls(chance, customers=customers, desks=desks, line=LINES[0][1], zone=office.time_zone, now=now)
    load_missed(chance, customers=customers, desks=desks, line=LINES[0][1], now=now)
    say("recordings and tariffs")
    load_recordings(chance)
    load_tariffs(since=now - timedelta(days=366), now=now)
    enqueue(kind=FIND_DUPLICATES)
    return users
