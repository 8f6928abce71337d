"""`callcard rebuild_search`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from callcard.customers.search_index import build, clear


class Command(BaseCommand):
    help = "Index the customers that the search does not know yet. Stopped at any point, it goes on there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--everything", action="store_true", help="Forget the index and make it anew.")
        parser.add_argument("--after", type=int, default=0, help="Only customers with greater ids.")
        parser.add_argument("--until", type=int, help="Only customers with ids up to this one.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["everything"]:
            clear()
        number = build(after=options["after"], until=options["until"], tell=self._tell)
        self.stdout.write(f"{number} customers indexed.")

    def _tell(self, done: int, last: int) -> None:
        if done == last or done % 50_000 < 500:
            self.stdout.write(f"{done * 100 // max(last, 1)} %")
