"""The ways that a page offers: where its links lead, and what its forms and buttons ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_ASKING = {f"hx-{method}": method.upper() for method in ("get", "post", "put", "patch", "delete")}
_VOID = frozenset(("input", "img", "br", "hr", "meta", "link", "source", "wbr", "col", "area", "embed", "track"))
_FIELDS = ("input", "select", "textarea")
_NO_SENDERS = ("button", "reset")


@dataclass(frozen=True, slots=True)
class Way:
    """`method`: empty where only a script knows it (an address in a data attribute)."""

    method: str
    address: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Form:
    method: str
    action: str
    data: list[tuple[str, str]] = field(default_factory=list)
    can_be_sent: bool = False


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.ways: set[Way] = set()
        self._address = address
        self._forms: list[_Form] = []
        self._by_id: dict[str, _Form] = {}
        self._open: list[tuple[str, bool]] = []  # tag, whether it switches off what is within

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_off = "disabled" in given or any(off for _tag, off in self._open)
        if tag not in _VOID:
            self._open.append((tag, tag == "fieldset" and "disabled" in given))
        if is_off and tag != "fieldset":
            return
        self._read_addresses(tag, given)
        if tag == "form":
            self._forms.append(_Form(given.get("method", "get").upper(), given.get("action", "") or self._address))
            self._by_id[given.get("id", "")] = self._forms[-1]
        elif tag in (*_FIELDS, "button"):
            self._read_field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(one == tag for one, _off in self._open):
            if self._open.pop()[0] == tag:
                break
        if tag == "form" and self._forms:
            self._end(self._forms.pop())

    def _read_addresses(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("a", "img", "audio", "iframe"):
            self._add("GET", given.get("href", given.get("src", "")))
        for name, value in given.items():
            if name in _ASKING:
                self._add(_ASKING[name], value)
            elif name.startswith("data-"):
                self._add("", value)

    def _read_field(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given["form"]) if "form" in given else self._forms[-1] if self._forms else None
        if form is None:
            return
        kind = given.get("type", "submit" if tag == "button" else "text")
        if kind in ("submit", "image") and kind not in _NO_SENDERS:
            own = (given["name"], given.get("value", "")) if given.get("name") else None
            data = (*form.data, own) if own else tuple(form.data)
            self._add(given.get("formmethod", form.method).upper(), given.get("formaction", form.action), data)
            form.can_be_sent = True
        elif kind == "hidden" and given.get("name"):
            form.data.append((given["name"], given.get("value", "")))
        elif tag in _FIELDS and kind not in _NO_SENDERS:
            form.can_be_sent = True

    def _end(self, form: _Form) -> None:
        """What Enter in a field, or a script, sends without a button."""
        if form.can_be_sent:
            self._add(form.method, form.action, tuple(form.data))

    def _add(self, method: str, address: str, data: tuple[tuple[str, str], ...] = ()) -> None:
        if address.startswith("/") and not address.startswith("//"):
            kept = tuple(pair for pair in data if pair[0] != "csrfmiddlewaretoken")
            self.ways.add(Way(method, address.partition("#")[0], kept if method == "POST" else ()))


def ways_of(text: str, *, address: str) -> set[Way]:
    """All that can be followed, sent or pressed in a page that came from `address`; what is switched off is no way."""
    reader = _Reader(address)
    reader.feed(text)
    reader.close()
    return reader.ways
