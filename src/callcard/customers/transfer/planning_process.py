"""A process that reads rows of a big import: `planned.planned` begins it and reads from its pipe."""

from __future__ import annotations

import os
import pickle
import sys
from typing import BinaryIO

import django
from django.utils import translation


def main(pk: int, *, writes: bool, turn: int, of: int, language: str, pipe: BinaryIO) -> None:
    """Sends blocks of rows, None at the end; or what went wrong."""
    from callcard.customers.transfer.models import Import  # the applications must be ready first
    from callcard.customers.transfer.planned import plan

    try:
        imported = Import.objects.select_related("user").get(pk=pk)
        with translation.override(language or None):
            for block in plan(imported, writes=writes, turn=turn, of=of):
                _send(block, pipe)
        _send(None, pipe)
    except BrokenPipeError:
        pass  # it is not wanted any more
    except Exception as error:
        _send(error, pipe)


def _send(what: object, pipe: BinaryIO) -> None:
    pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcard.config.settings")
    django.setup()
    of_import, does, turn, of, language = sys.argv[1:]
    main(int(of_import), writes=does == "write", turn=int(turn), of=int(of), language=language, pipe=sys.stdout.buffer)
