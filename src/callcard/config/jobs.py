"""Every kind of background work of the program, and what comes again by itself."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from callcard.api.tokens.services import forget_answers
from callcard.api.webhooks.delivering import DELIVER, LEASE, deliver_webhooks
from callcard.api.webhooks.delivering import EVERY as DELIVER_EVERY
from callcard.api.webhooks.mails import mail_off
from callcard.api.webhooks.services import MAIL_OFF, forget_deliveries, keep_schedule
from callcard.calls.missed.following import EVERY as FOLLOW_EVERY
from callcard.calls.missed.following import FOLLOW, follow_calls
from callcard.calls.recordings.fetching import EVERY as RECORDINGS_EVERY
from callcard.calls.recordings.fetching import FETCH, fetch_recordings
from callcard.calls.recordings.retention import EVERY as FORGET_EVERY
from callcard.calls.recordings.retention import FORGET, forget_recordings
from callcard.calls.tariffs import jobs as tariffs
from callcard.customers.bulk_jobs import CHANGE_MANY, UNDO_MANY, change_found, undo_found
from callcard.customers.duplicates import FIND_DUPLICATES, find_duplicates
from callcard.customers.file_services import REMOVED_FILES_KEPT, forget_removed_files
from callcard.customers.forgotten_grams import FORGET_GRAMS, forget_grams
from callcard.customers.search_index import build, is_complete
from callcard.customers.transfer import reading, undoing, work
from callcard.customers.transfer import services as transfer
from callcard.jobs.kinds import Kind, Run
from callcard.jobs.services import enqueue, forget_jobs, set_schedule
from callcard.jobs.worker import Worker
from callcard.live.services import forget_events
from callcard.staff.audit.services import FORGET_AUDIT, forget_audit
from callcard.staff.setting import in_setting_of
from callcard.staff.sign_in.guessing import forget_guesses
from callcard.staff.sign_in.sessions import forget_old_sessions
from callcard.switchboard.old_requests import EVERY as REQUESTS_EVERY
from callcard.switchboard.old_requests import FORGET_REQUESTS, forget_requests_job
from callcard.switchboard.reconciling import EVERY as RECONCILE_EVERY
from callcard.switchboard.reconciling import RECONCILE, reconcile_calls
from callcard.tasks.mails import mail_reminder, remind
from callcard.tasks.many_jobs import ADD_TASKS, UNDO_TASKS, add_found, undo_made
from callcard.tasks.reminder_services import MAIL_REMINDER, REMIND

# A browser that slept longer loads its page anew.
_EVENTS_KEPT = timedelta(days=2)
_JOBS_KEPT = timedelta(days=30)
# Until then an Idempotency-Key is answered as it was: docs/developer/api.md.
_ANSWERS_KEPT = timedelta(days=1)


def _tidy_up(_run: Run) -> None:
    """Away with what nobody will ask for any more."""
    now = timezone.now()
    forget_events(before=now - _EVENTS_KEPT)
    forget_jobs(before=now - _JOBS_KEPT)
    forget_deliveries(now=now)
    forget_answers(before=now - _ANSWERS_KEPT)
    transfer.forget_imports()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forget_old_sessions()
    forget_guesses()


def _forget_removed_files(_run: Run) -> None:
    forget_removed_files(before=timezone.now() - REMOVED_FILES_KEPT)


def _index_search(run: Run) -> None:
    """Customers whom the search does not know yet, such as those of before it came."""
    build(tell=lambda done, last: run.progress(done, last))


KINDS = (
    # Reading and checking wait for no import that is being written.
    Kind(transfer.READ, reading.read_import, lane="files"),
    Kind(transfer.CHECK, work.check, lane="files"),
    Kind(transfer.APPLY, work.apply, lane="import", tries=20),
    Kind(transfer.UNDO, undoing.undo, lane="import", tries=20),
    Kind(CHANGE_MANY, change_found, lane="import", tries=20),
    Kind(UNDO_MANY, undo_found, lane="import", tries=20),
    Kind(ADD_TASKS, add_found, lane="import", tries=20),
    Kind(UNDO_TASKS, undo_made, lane="import", tries=20),
    Kind(FIND_DUPLICATES, find_duplicates, lease=timedelta(minutes=10)),
    Kind("index-search", _index_search, lease=timedelta(minutes=5)),
    Kind(FORGET_GRAMS, forget_grams, tries=20),
    Kind("tidy-up", _tidy_up, lease=timedelta(minutes=30)),
    Kind("forget-removed-files", _forget_removed_files, lease=timedelta(minutes=30)),
    Kind(FORGET_AUDIT, forget_audit, lease=timedelta(minutes=10)),
    Kind(RECONCILE, reconcile_calls, lane="records", lease=timedelta(minutes=2)),
    Kind(FOLLOW, follow_calls, lane="missed"),
    Kind(FETCH, fetch_recordings, lane="recordings", lease=timedelta(minutes=20)),
    Kind(FORGET, forget_recordings, lease=timedelta(minutes=10)),
    Kind(FORGET_REQUESTS, forget_requests_job, lease=timedelta(minutes=10)),
    Kind(tariffs.RATE, tariffs.rate_job, lane="records", lease=timedelta(minutes=2)),
    Kind(tariffs.COUNT_BUDGETS, tariffs.count_job, lane="records", lease=timedelta(minutes=5)),
    Kind(tariffs.PREVIEW_PERIOD, tariffs.preview_job),
    Kind(tariffs.RATE_PERIOD, tariffs.rate_period_job, tries=20),
    Kind(REMIND, remind, lane="reminders", lease=timedelta(seconds=20)),
    Kind(DELIVER, deliver_webhooks, lane="webhooks", lease=LEASE),
    Kind(MAIL_OFF, mail_off, lane="mail", tries=8),
    Kind(MAIL_REMINDER, mail_reminder, lane="mail", tries=8),
)


def new_worker() -> Worker:
    return Worker(KINDS, in_setting_of)


def set_schedules() -> None:
    """At every start; what is there already stays as it is."""
    if not is_complete():
        enqueue(kind="index-search")
    set_schedule(slug="tidy-up", kind="tidy-up", every=timedelta(hours=1))
    set_schedule(slug="forget-removed-files", kind="forget-removed-files", every=timedelta(days=1))
    set_schedule(slug=FORGET_AUDIT, kind=FORGET_AUDIT, every=timedelta(days=1))
    set_schedule(slug=RECONCILE, kind=RECONCILE, every=RECONCILE_EVERY, first_at=timezone.now())
    set_schedule(slug=FOLLOW, kind=FOLLOW, every=FOLLOW_EVERY, first_at=timezone.now())
    set_schedule(slug=FETCH, kind=FETCH, every=RECORDINGS_EVERY, first_at=timezone.now())
    set_schedule(slug=FORGET, kind=FORGET, every=FORGET_EVERY)
    set_schedule(slug=FORGET_REQUESTS, kind=FORGET_REQUESTS, every=REQUESTS_EVERY)
    set_schedule(slug=tariffs.RATE, kind=tariffs.RATE, every=tariffs.RATE_EVERY)
    set_schedule(slug=tariffs.COUNT_BUDGETS, kind=tariffs.COUNT_BUDGETS, every=tariffs.COUNT_EVERY)
    set_schedule(slug=DELIVER, kind=DELIVER, every=DELIVER_EVERY, first_at=timezone.now())
    keep_schedule()
    # Seconds of work in a large company, and at the first start there is enough of that.
    set_schedule(slug=FIND_DUPLICATES, kind=FIND_DUPLICATES, every=timedelta(days=1), rest=timedelta(hours=1))
