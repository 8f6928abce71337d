"""What desk phones ask. There is no session: the secret in the address is the key."""

from __future__ import annotations

from datetime import timedelta
from hmac import compare_digest

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from callcard.api.limits import has_failed_too_often, is_too_often
from callcard.api.models import PhoneBook
from callcard.api.phone_book_formats import FORMATS, Asked, Entry, Number, written
from callcard.api.queries import customers_of_phone_book
from callcard.api.rules import dialled, is_in, read_networks
from callcard.customers.models import Customer
from callcard.staff.requests import address_of

_FAILURES_A_MINUTE = 20
_ASKED_A_MINUTE = 120
_NOTED_EVERY = timedelta(minutes=1)


@csrf_exempt  # it only reads; some phones ask by POST
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def phone_book(request: HttpRequest, pk: int, token: str, name: str) -> HttpResponse:
    """A book in a maker's format. `q`: words to look for; `page`. Everything wrong is 404, whatever it was."""
    who = address_of(request)
    if has_failed_too_often("book-failures", who, most=_FAILURES_A_MINUTE) or is_too_often(
        "book", who, most=_ASKED_A_MINUTE
    ):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    book = _book(pk, token, who)
    if book is None or name not in FORMATS:
        is_too_often("book-failures", who, most=0)
        raise Http404
    _note(book)
    words = request.GET.get("q", "").replace("\x00", "")[:60]
    words = "" if words == "#SEARCH" else words  # a phone that puts nothing in its place
    page = request.GET.get("page", "1")
    address = request.build_absolute_uri(request.path)
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    asked = Asked(title=book.name, address=address, words=words, page=number)
    entries = [entry for one in customers_of_phone_book(book, words) if (entry := _entry(one)).numbers]
    answer = HttpResponse(written(name, entries, asked), content_type="text/xml; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _book(pk: int, token: str, who: str) -> PhoneBook | None:
    book = PhoneBook.objects.filter(pk=pk).first() if pk < 2**63 else None
    # Compared even when there is no such book, so that the time tells nothing.
    is_known = compare_digest((book.token if book else "-").encode(), token.encode())
    if book is None or not is_known or not book.is_enabled:
        return None
    networks = read_networks(book.networks)
    return book if not networks or is_in(who, networks) else None


def _note(book: PhoneBook) -> None:
    now = timezone.now()
    old = PhoneBook.objects.filter(Q(asked_at=None) | Q(asked_at__lt=now - _NOTED_EVERY), pk=book.pk)
    old.update(asked_at=now)


def _entry(customer: Customer) -> Entry:
    phones = sorted(customer.phones.all(), key=lambda phone: (not phone.is_preferred, phone.pk))
    numbers = [
        Number(digits, " ".join(filter(None, (phone.person, phone.label))))
        for phone in phones
        if not phone.do_not_call and (digits := dialled(phone.raw, phone.e164))
    ]
    return Entry(customer.name, tuple(numbers))
