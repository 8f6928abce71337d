"""A customer as a vCard: 4.0 (RFC 6350), or 3.0 (RFC 2426) for devices that know no other."""

from __future__ import annotations

from base64 import b64encode

from callcard.customers.models import Contact, Customer
from callcard.customers.portraits import as_jpeg
from callcard.customers.transfer.vcards import escape, write_card

_HANDLES = {Contact.Kind.EMAIL: "EMAIL", Contact.Kind.WEBSITE: "URL"}


def properties(customer: Customer, version: str = "4.0") -> list[tuple[str, str]]:
    """(name with its parameters, value). Needs phones, contacts and addresses at hand."""
    found = [("UID", uid(customer)), ("FN", escape(customer.name))]
    found.append(("N", f"{escape(customer.name)};;;;"))
    if customer.kind == Customer.Kind.COMPANY:
        found.append(("ORG", escape(customer.name)))
        found.append(("KIND", "org") if version == "4.0" else ("X-ABSHOWAS", "COMPANY"))
    for phone in sorted(customer.phones.all(), key=lambda row: (not row.is_preferred, row.pk)):
        found.append((f"TEL{_types(phone.label, phone.is_preferred, version)}", escape(phone.e164 or phone.raw)))
    for contact in sorted(customer.contacts.all(), key=lambda row: row.pk):
        name = _HANDLES.get(Contact.Kind(contact.kind))
        found.append((name, escape(contact.value)) if name else ("IMPP", escape(f"{contact.kind}:{contact.value}")))
    if customer.address or customer.city or customer.country:
        parts = ("", "", customer.address, customer.city, "", customer.postal_code, customer.country)
        found.append(("ADR", ";".join(map(escape, parts))))
    if customer.birthday:
        found.append(("BDAY", customer.birthday.strftime("%Y%m%d" if version == "4.0" else "%Y-%m-%d")))
    if customer.category:
        found.append(("CATEGORIES", escape(customer.category.name)))
    return found


def _types(label: str, is_preferred: bool, version: str) -> str:
    words = label.casefold()
    kind = next((kind for word, kind in (("mob", "cell"), ("cell", "cell"), ("fax", "fax")) if word in words), "voice")
    if version == "4.0":
        return f";TYPE={kind};PREF=1" if is_preferred else f";TYPE={kind}"
    return f";TYPE={kind.upper()},PREF" if is_preferred else f";TYPE={kind.upper()}"


def uid(customer: Customer) -> str:
    return f"callcard-customer-{customer.pk}"


def card(customer: Customer, version: str = "4.0") -> str:
    known = [*properties(customer, version), *_photo(customer, version)]
    return write_card(known).replace("VERSION:3.0", f"VERSION:{version}", 1)


def _photo(customer: Customer, version: str) -> list[tuple[str, str]]:
    """As JPEG, which every device knows; within the card, because devices do not fetch it from an address."""
    jpeg = as_jpeg(customer.portrait) if customer.portrait else None
    if jpeg is None:
        return []
    text = b64encode(jpeg).decode()
    return [("PHOTO", f"data:image/jpeg;base64,{text}") if version == "4.0" else ("PHOTO;ENCODING=b;TYPE=JPEG", text)]


def etag(customer: Customer) -> str:
    """Another one after every write of anything that belongs to the customer."""
    at = customer.changed_at or customer.created_at
    return f'"{customer.pk}-{int(at.timestamp() * 1_000_000)}"'
