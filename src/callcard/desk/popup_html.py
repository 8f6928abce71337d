"""The HTML of a call's card and of the same folded to one line.

Composed here and not in templates because it is written anew for everyone whose phone rings, while it rings: this
takes a third of the time (docs/developer/adr/0041). Every value goes through `escape`; the parts are in
popup_parts_html. Text in `Markup` is HTML already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from callcard.calls.closing import closing_door
from callcard.calls.models import ending
from callcard.desk.card import CallerCard
from callcard.desk.popup_parts_html import part_html
from callcard.ui.icons import icon
from callcard.ui.writing import epoch_ms, initials, media_url

Markup = str
Context = Mapping[str, Any]

_ICON_OF_MATCH = {"withheld": "eye-off", "own": "headset", "several": "users", "possible": "users"}
_MISSED = ("missed", "cancelled")


def popup_html(context: Context) -> Markup:
    """The open card. `context`: notice {call_id, state, rang_at, giver (who hands the call on, or empty)}; call
    {direction, number_shown, veiled (it is not to be copied), e164, line_shown, line_name, shown_name, answered_at,
    outcome, note, answered_by_name}; match; card (CallerCard or None); candidates [{id, name, city, responsible}];
    known_to; archived (CallerCard or None); may_choose_anew; was_added; parts [key]; own_fields {part key: OwnField};
    rights (what the user may do); now."""
    call_id, state = context["notice"]["call_id"], context["notice"]["state"]
    return (
        f'<article class="popup" id="popup-{call_id}" aria-labelledby="popup-name-{call_id}" tabindex="-1"'
        f' data-call="{call_id}" data-state="{state}">'
        f"{_status(context)}{_who(context)}{_commands(call_id, state)}{_body(context)}{_note_form(context)}</article>"
    )


def popup_line_html(context: Context) -> Markup:
    """The folded line. `context` as above, with `title`."""
    notice, call = context["notice"], context["call"]
    name, words, from_ms = _state(notice, call)
    number = f'<bdi dir="ltr">{escape(call["number_shown"])}</bdi>' if context["card"] and call["number_shown"] else ""
    title = escape(context["title"])
    close = escape(_("Close: %(title)s") % {"title": context["title"]})
    return (
        f'<li class="popup-line" data-call="{notice["call_id"]}" data-state="{notice["state"]}">'
        f'<button type="button" class="popup-unfold" data-do="unfold">{icon(name)}'
        f'<span class="visually-hidden">{escape(words)}</span><b elementtiming="popup-line" dir="auto">{title}</b>'
        f'{number}<span class="timer" data-from="{from_ms}"></span></button>'
        f'<button type="button" class="popup-tool" data-do="close" aria-label="{close}">{icon("x")}</button></li>'
    )


# -- how the call is --------------------------------------------------------------------------------------------------


def _status(context: Context) -> Markup:
    name, words, from_ms = _state(context["notice"], context["call"])
    timer = f'<span class="timer" data-from="{from_ms}"></span>' if from_ms else ""
    is_internal = context["call"]["direction"] == "internal"
    tag = f'<span class="popup-tag">{escape(_("Internal"))}</span>' if is_internal else ""
    return (
        f'<header class="popup-status">{icon(name)}<b>{escape(words)}</b>{timer}{tag}<span class="popup-tools">'
        f'<button type="button" class="popup-tool" data-do="fold" aria-label="{escape(_("Fold to a line"))}"'
        f' aria-keyshortcuts="Alt+X">'
        f'{icon("chevron-down")}</button><button type="button" class="popup-tool" data-do="close"'
        f' aria-label="{escape(_("Close"))}" aria-keyshortcuts="Escape">{icon("x")}</button></span></header>'
    )


def _state(notice: Context, call: Context) -> tuple[str, str, str]:
    """Icon, words, and since when the clock beside them runs (ms, or empty for none)."""
    if notice["state"] == "ringing":
        giver = notice["giver"]
        words = _("%(name)s hands on a call") % {"name": giver} if giver else _("Ringing")
        return "phone-forwarded" if giver else "phone-incoming", words, epoch_ms(notice["rang_at"])
    if notice["state"] == "talking":
        return "phone-call", _("Talking"), epoch_ms(call["answered_at"] or notice["rang_at"])
    if notice["state"] == "elsewhere":
        by = call["answered_by_name"]
        return "phone-forwarded", _("Answered by %(name)s") % {"name": by} if by else _("Answered by a colleague"), ""
    if notice["state"] == "lost":
        return "phone-off", _("Line to the telephone system lost"), ""
    if call["outcome"] in ("", "answered"):
        return "phone-off", _("Call ended"), ""
    words = ending(call["outcome"], has_rung=True)
    return "phone-missed" if call["outcome"] in _MISSED else "phone-off", words, ""


# -- who it is --------------------------------------------------------------------------------------------------------


def _who(context: Context) -> Markup:
    call_id = context["notice"]["call_id"]
    return (
        f'<div class="popup-who">{_portrait(context["card"], context["match"])}<div class="popup-id">'
        f'<h2 class="popup-name" id="popup-name-{call_id}" elementtiming="popup" dir="auto">{_name(context)}</h2>'
        f"{_number(context['call'])}{_hint(context)}{_refusal(context['card'])}</div></div>"
    )


def _commands(call_id: int, state: str) -> Markup:
    """Hold, hand on, hang up: the page asks what there is, and only once the call is answered."""
    return f'<call-commands data-call="{call_id}"></call-commands>' if state == "talking" else ""


def _portrait(card: CallerCard | None, match: str) -> Markup:
    if card is None:
        picture = icon(_ICON_OF_MATCH.get(match, "circle-help"))
        return f'<span class="portrait tone-secondary" aria-hidden="true">{picture}</span>'
    if card.portrait:
        source = escape(media_url(card.portrait))
        return f'<img class="portrait" src="{source}" alt="" width="72" height="72" decoding="async">'
    tone = escape(card.colour or "azure")
    return f'<span class="portrait tone-{tone}" aria-hidden="true">{escape(initials(card.name))}</span>'


def _name(context: Context) -> Markup:
    card: CallerCard | None = context["card"]
    if card is not None:
        return f'<a href="/customers/{card.customer_id}/" data-window>{escape(card.name)}</a>'
    if context["known_to"]:
        return escape(_("Known customer"))
    by_match = {
        "withheld": _("Number withheld"),
        "several": _("Several customers"),
        "possible": _("Possibly known"),
        "own": context["title"],
        "own_outside": context["title"],
    }
    number = _("Unknown number") if context["call"]["number_shown"] else _("No number")
    return escape(by_match.get(context["match"]) or number)


def _number(call: Context) -> Markup:
    number = call["number_shown"]
    if not number:
        return ""
    copies = "" if call["veiled"] else f' data-copies="{escape(call["e164"] or number)}"'
    return f'<p class="popup-number"{copies}><bdi dir="ltr">{escape(number)}</bdi></p>'


def _hint(context: Context) -> Markup:
    if context["card"] is not None:
        return ""
    shown_name = context["call"]["shown_name"]
    archived: CallerCard | None = context["archived"]
    if archived is not None:
        words = _("%(name)s had this number and is archived.") % {"name": archived.name}
    elif context["known_to"]:
        words = _("%(name)s looks after this customer.") % {"name": context["known_to"]}
    elif context["match"] == "withheld":
        words = _("The caller hides their number.")
    elif context["match"] == "several" and not context["candidates"]:
        words = _("Your colleagues look after these customers.")
    elif shown_name and context["match"] != "own":
        words = _("The network says: %(name)s") % {"name": shown_name}
    elif context["match"] == "none" and not context["call"]["number_shown"]:
        words = _("The telephone system told no number.")
    else:
        return ""
    return f'<p class="popup-hint" dir="auto">{escape(words)}</p>'


def _refusal(card: CallerCard | None) -> Markup:
    if card is None or not card.refuses_calls:
        return ""
    return f'<p class="popup-refusal"><span class="badge-state tone-red">{escape(_("said no to calls"))}</span></p>'


# -- what is known, or what to do about it ----------------------------------------------------------------------------


def _body(context: Context) -> Markup:
    if context["card"] is not None:
        parts = "".join(part_html(key, context) for key in context["parts"])
        return (f'<dl class="parts">{parts}</dl>' if parts else "") + _take_back(context)
    line = part_html("line", context) if "line" in context["parts"] else ""
    asks = _choices(context) + _bring_back(context) + _new_or_known(context)
    return asks + (f'<dl class="parts">{line}</dl>' if line else "")


def _choices(context: Context) -> Markup:
    candidates: Sequence[Context] = context["candidates"]
    if not candidates:
        return ""
    if context["match"] == "possible":
        question = _("Only the last digits agree. Is it one of these?")
    else:
        question = _("This number belongs to more than one customer. Who is calling?")
    is_asked = "calls.change" in context["rights"]
    choices = "".join(map(_choice if is_asked else _possible, candidates))
    return f'<div class="popup-ask"><p>{escape(question)}</p><ul class="choices">{choices}</ul></div>'


def _choice(candidate: Context) -> Markup:
    about = " · ".join(filter(None, (candidate["city"], candidate["responsible"])))
    return (
        f'<li><button type="button" data-do="choose" data-customer="{candidate["id"]}">'
        f'<b dir="auto">{escape(candidate["name"])}</b><span>{escape(about)}</span></button></li>'
    )


def _possible(candidate: Context) -> Markup:
    """For whoever may not say who it was."""
    return f'<li><b dir="auto">{escape(candidate["name"])}</b> <span>{escape(candidate["city"])}</span></li>'


def _take_back(context: Context) -> Markup:
    """The wrong customer may have been chosen, or given the number."""
    if context["match"] != "chosen" or not (context["was_added"] or context["may_choose_anew"]):
        return ""
    if "calls.change" not in context["rights"]:
        return ""
    words = _("Not this customer: take the number back") if context["was_added"] else _("Not this customer")
    return f'<button type="button" class="popup-other" data-do="unchoose">{escape(words)}</button>'


def _bring_back(context: Context) -> Markup:
    archived: CallerCard | None = context["archived"]
    if archived is None or "customers.change" not in context["rights"]:
        return ""
    words = escape(_("Bring %(name)s back") % {"name": archived.name})
    return (
        f'<button type="button" class="popup-other" data-do="bring-back" data-customer="{archived.customer_id}">'
        f"{words}</button>"
    )


def _new_or_known(context: Context) -> Markup:
    if context["match"] not in ("none", "possible") or context["known_to"]:
        return ""
    call_id, call = context["notice"]["call_id"], context["call"]
    number = "" if call["veiled"] else quote(call["e164"] or call["number_shown"], safe="")
    add = escape(
        _("Add this number to an existing customer") if call["number_shown"] else _("Who of your customers is it?")
    )
    new = (
        f'<a class="popup-act" href="/customers/new?number={number}&amp;call={call_id}" data-window>'
        f"{icon('user-plus')}{escape(_('New customer'))}</a>"
    )
    find = (
        f'<label class="popup-find">{icon("search")}'
        f'<input type="search" name="q" data-find autocomplete="off" maxlength="80" role="combobox"'
        f' aria-expanded="false" aria-controls="popup-found-{call_id}" placeholder="{add}" aria-label="{add}"></label>'
        f'<ul class="choices" id="popup-found-{call_id}" data-found></ul>'
    )
    rights = context["rights"]
    asks = (new if "customers.add" in rights else "") + (find if "customers.change" in rights else "")
    return f'<div class="popup-ask">{asks}</div>' if asks else ""


def _note_form(context: Context) -> Markup:
    if context["notice"]["state"] not in ("talking", "over"):
        return ""
    words = escape(_("Note on this call"))
    own, others = context["call"]["own_note"] or "", context["call"]["others_notes"]
    others = f'<p class="popup-notes" dir="auto">{escape(others)}</p>' if others else ""
    if "calls.change" not in context["rights"]:
        return others
    return (
        f'{others}<form class="popup-note" data-do="note">'
        f'<textarea name="note" rows="1" maxlength="4000" placeholder="{words}"'
        f' aria-label="{words}">{escape(own)}</textarea>'
        f'<button type="submit">{escape(_("Save"))}</button></form>{closing_door(context["notice"]["call_id"])}'
    )
