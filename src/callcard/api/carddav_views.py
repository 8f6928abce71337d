"""An address book of customers for mobiles and desk phones, to read only: CardDAV (RFC 6352) over WebDAV (RFC 4918).

/carddav/ leads to the principal, that to the home, and in it lies one book, /carddav/books/customers/. Whose it is, the
password says, so addresses are the same for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from callcard.api import dav_xml as xml
from callcard.api.carddav_filter import fits
from callcard.api.dav_xml import CALENDAR_SERVER, NotXml, Writer, c, d, holds, leads_to, said
from callcard.api.device_sign_in import for_devices
from callcard.api.models import DevicePassword
from callcard.api.queries import book_of, with_parts
from callcard.api.sync_tokens import TokenNotValid, next_part, token_of
from callcard.api.vcard import card, etag, properties
from callcard.customers.models import Customer
from callcard.customers.veil import veiled

ROOT, PRINCIPAL, HOME, BOOK = "/carddav/", "/carddav/principal/", "/carddav/books/", "/carddav/books/customers/"
_METHODS = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
_CARD = re.compile(rf"^{BOOK}(\d{{1,18}})\.vcf$")
_AT_ONCE = 500
PART = 2000
"""Customers in one answer to sync-collection."""
_REPORTS = (c("addressbook-query"), c("addressbook-multiget"), d("sync-collection"))


@csrf_exempt
@login_not_required
def well_known(_request: HttpRequest) -> HttpResponse:
    """RFC 6764: where the service is."""
    return HttpResponsePermanentRedirect(ROOT)


@for_devices
def collection(request: HttpRequest, device: DevicePassword, place: str = "") -> HttpResponse:
    """`place`: "", "principal/", "books/" or "books/customers/"."""
    if request.method == "OPTIONS":
        return _plain(HttpResponse())
    try:
        question = xml.read_xml(request.body)
    except NotXml:
        return HttpResponse(status=400)
    if request.method == "PROPFIND":
        return _found(request, device, f"{ROOT}{place}", question)
    if request.method == "REPORT" and f"{ROOT}{place}" == BOOK and question is not None:
        return _reported(device, question)
    return _plain(HttpResponse(status=405))


@for_devices
def one_card(request: HttpRequest, device: DevicePassword, pk: int) -> HttpResponse:
    customer = next(iter(_rows(device, [pk]).values()), None) if pk < 2**63 else None
    if customer is None:
        return HttpResponse(status=404)
    if request.method == "PROPFIND":
        try:
            wanted = xml.asked_properties(xml.read_xml(request.body))
        except NotXml:
            return HttpResponse(status=400)
        root = xml.multistatus()
        xml.answer(root, _href(customer), _of_card(customer), wanted)
        return _many(root)
    if request.method not in {"GET", "HEAD"}:
        return _plain(HttpResponse(status=405))
    if request.headers.get("If-None-Match") == etag(customer):
        return HttpResponse(status=304, headers={"ETag": etag(customer)})
    version = "4.0" if "4.0" in request.headers.get("Accept", "") else "3.0"
    answer = HttpResponse(card(customer, version), content_type=f"text/vcard; charset=utf-8; version={version}")
    answer["ETag"], answer["Cache-Control"] = etag(customer), "private, no-cache"
    return answer


# -- PROPFIND ---------------------------------------------------------------------------------------------------------


def _found(request: HttpRequest, device: DevicePassword, place: str, question: Element | None) -> HttpResponse:
    depth = request.headers.get("Depth", "0")
    if depth not in {"0", "1"}:
        return HttpResponse(status=403)  # everything below everything: RFC 4918 lets a server refuse that
    wanted, root = xml.asked_properties(question), xml.multistatus()
    xml.answer(root, place, _of_collection(device, place), wanted)
    if depth == "1" and place == HOME:
        xml.answer(root, BOOK, _of_collection(device, BOOK), wanted)
    if depth == "1" and place == BOOK:
        for customer in _each(device):
            xml.answer(root, _href(customer), _of_card(customer), wanted)
    return _many(root)


def _each(device: DevicePassword) -> Iterable[Customer]:
    return book_of(device).only("pk", "changed_at", "created_at").iterator(chunk_size=_AT_ONCE)


def _each_whole(device: DevicePassword) -> Iterable[Customer]:
    """As the user of the device sees them: what is hidden from them is not asked for through a filter either."""
    rows = with_parts(book_of(device)).iterator(chunk_size=_AT_ONCE)
    return (customer for row in rows for customer in veiled([row], device.user))


def _of_collection(device: DevicePassword, place: str) -> dict[str, Writer]:
    known = {
        d("resourcetype"): holds(d("collection"), *([c("addressbook")] if place == BOOK else [])),
        d("current-user-principal"): leads_to(PRINCIPAL),
        d("current-user-privilege-set"): _may_read,
        d("owner"): leads_to(PRINCIPAL),
        d("displayname"): said(_("Customers") if place == BOOK else device.user.shown_name),
    }
    if place == PRINCIPAL:
        known[d("resourcetype")] = holds(d("principal"))
        known |= {d("principal-URL"): leads_to(PRINCIPAL), c("addressbook-home-set"): leads_to(HOME)}
    if place == BOOK:
        token = token_of(device)
        known |= {
            d("supported-report-set"): _reports,
            c("supported-address-data"): _versions,
            d("sync-token"): said(str(token)),
            f"{{{CALENDAR_SERVER}}}getctag": said(f"{token.now.step}-{token.sign}"),
        }
    return known


def _of_card(customer: Customer) -> dict[str, Writer]:
    return {
        d("resourcetype"): holds(),
        d("getetag"): said(etag(customer)),
        d("getcontenttype"): said("text/vcard; charset=utf-8"),
        d("current-user-privilege-set"): _may_read,
    }


def _may_read(element: Element) -> None:
    SubElement(SubElement(element, d("privilege")), d("read"))


def _reports(element: Element) -> None:
    for name in _REPORTS:
        SubElement(SubElement(SubElement(element, d("supported-report")), d("report")), name)


def _versions(element: Element) -> None:
    for version in ("3.0", "4.0"):
        SubElement(element, c("address-data-type"), {"content-type": "text/vcard", "version": version})


# -- REPORT -----------------------------------------------------------------------------------------------------------


def _reported(device: DevicePassword, question: Element) -> HttpResponse:
    if question.tag == c("addressbook-multiget"):
        return _multiget(device, question)
    if question.tag == c("addressbook-query"):
        return _query(device, question)
    if question.tag == d("sync-collection"):
        return _sync(device, question)
    return HttpResponse(status=403)


def _multiget(device: DevicePassword, question: Element) -> HttpResponse:
    wanted, root = xml.asked_properties(question), xml.multistatus()
    hrefs = [each.text or "" for each in question.findall(d("href"))]
    ids = {href: int(met[1]) if (met := _CARD.match(unquote(urlsplit(href).path))) else 0 for href in hrefs}
    rows = _rows(device, ids.values())
    for href, pk in ids.items():
        if pk in rows:
            xml.answer(root, href, _with_data(rows[pk], question), wanted)
        else:
            xml.gone(root, href)
    return _many(root)


def _query(device: DevicePassword, question: Element) -> HttpResponse:
    wanted, root, asked = xml.asked_properties(question), xml.multistatus(), question.find(c("filter"))
    most = question.findtext(f"{c('limit')}/{c('nresults')}", "")
    left = int(most) if most.isascii() and most.isdigit() and len(most) < 9 else -1
    for customer in _each_whole(device):
        if fits(properties(customer), asked):
            if left == 0:
                xml.cut(root, BOOK)
                break
            xml.answer(root, _href(customer), _with_data(customer, question), wanted)
            left -= 1
    return _many(root)


def _sync(device: DevicePassword, question: Element) -> HttpResponse:
    """The token is read before the rows: what changes in between is told again the next time, never missed. A long
    answer is given in parts (RFC 6578, section 3.6): 507 for the book, and a token to go on with."""
    wanted, root = xml.asked_properties(question), xml.multistatus()
    most = question.findtext(f"{d('limit')}/{d('nresults')}", "").strip()
    size = min(int(most), PART) if most.isascii() and most.isdigit() and 0 < len(most) < 9 and int(most) else PART
    try:
        part = next_part(device, (question.findtext(d("sync-token")) or "").strip(), size)
    except TokenNotValid:
        return _refused("valid-sync-token")
    rows = _rows(device, part.ids)
    for pk in part.ids:
        if pk in rows:
            xml.answer(root, _href(rows[pk]), _with_data(rows[pk], question), wanted)
        else:
            xml.gone(root, f"{BOOK}{pk}.vcf")
    if part.is_cut:
        xml.cut(root, BOOK)
    SubElement(root, d("sync-token")).text = str(part.token)
    return _many(root)


def _refused(condition: str) -> HttpResponse:
    refusal = Element(d("error"))
    SubElement(refusal, d(condition))
    return HttpResponse(xml.written(refusal), status=403, content_type="application/xml; charset=utf-8")


def _rows(device: DevicePassword, ids: Iterable[int]) -> dict[int, Customer]:
    wanted = sorted(set(ids))
    found: dict[int, Customer] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = with_parts(book_of(device)).filter(pk__in=wanted[start : start + _AT_ONCE])
        found |= {row.pk: row for row in veiled(rows, device.user)}
    return found


def _with_data(customer: Customer, question: Element) -> dict[str, Writer]:
    asked = question.find(f"{d('prop')}/{c('address-data')}")
    if asked is None:
        return _of_card(customer)
    version = "4.0" if asked.get("version") == "4.0" else "3.0"
    return {**_of_card(customer), c("address-data"): said(card(customer, version))}


# -- answers ----------------------------------------------------------------------------------------------------------


def _href(customer: Customer) -> str:
    return f"{BOOK}{customer.pk}.vcf"


def _many(root: Element) -> HttpResponse:
    return _plain(HttpResponse(xml.written(root), status=207, content_type="application/xml; charset=utf-8"))


def _plain(answer: HttpResponse) -> HttpResponse:
    answer["DAV"], answer["Allow"] = "1, 3, access-control, addressbook", _METHODS
    return answer
