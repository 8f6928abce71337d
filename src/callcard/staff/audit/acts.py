"""What each address does, in words: one table, so that no address is forgotten.

A test holds that every address stands here, either among the acts or among what is not written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy as _

from callcard.staff.audit.models import Entry

Kind: TypeAlias = Entry.Kind
_Table: TypeAlias = tuple[tuple[Entry.Kind, str, Any, str], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """`about`: the kind of record that the number in the address means, if any."""

    kind: Entry.Kind
    about: str
    words: Any  # translated when it is shown


_LOOKS: _Table = (
    (
        Kind.LOOKED,
        "customer",
        _("Looked at a customer"),
        "customer-card card-parts card-timeline card-field edit-customer customer-files",
    ),
    (Kind.LOOKED, "customer", _("Looked at a customer"), "api-customer api-phone api-contact api-person api-address"),
    (Kind.EXPORTED, "", _("A program read customers"), "api-customers"),
    (Kind.EXPORTED, "", _("A program read calls"), "api-calls"),
    (Kind.EXPORTED, "", _("A program read orders"), "api-orders"),
    (Kind.EXPORTED, "", _("A program read tasks"), "api-tasks"),
    (Kind.LOOKED, "", _("A program asked whose number it is"), "api-customer-match"),
    (Kind.LOOKED, "order", _("Looked at an order"), "api-order"),
    (Kind.LOOKED, "payment", _("Looked at a payment"), "api-payment"),
    (Kind.LOOKED, "call", _("Looked at a call"), "api-call api-call-recordings"),
    (Kind.LOOKED, "task", _("Looked at a task"), "api-task"),
    (Kind.HEARD, "recording", _("Took a recording as a file"), "api-recording-sound"),
    (Kind.LOOKED, "", _("Compared two customers"), "api-duplicates"),
    (Kind.LOOKED, "", _("Looked at what programs may"), "all-tokens"),
    (Kind.LOOKED, "", _("Looked at plug-ins"), "plugins"),
    (Kind.LOOKED, "", _("Looked at webhooks"), "webhooks webhook-deliveries api-webhooks api-webhook-deliveries"),
    (Kind.LOOKED, "import", _("Looked at an import"), "api-import api-import-preview api-import-rows"),
    (Kind.EXPORTED, "", _("Took out customers"), "api-export-customers"),
    (Kind.EXPORTED, "", _("Took out calls"), "api-export-calls"),
    (Kind.EXPORTED, "", _("Took out orders"), "api-export-orders"),
    (Kind.EXPORTED, "price-list", _("Took out prices"), "api-price-rows"),
    (Kind.LOOKED, "customer", _("Looked at a customer's history"), "customer-history api-customer-history"),
    (Kind.LOOKED, "customer", _("Looked at what erasing a person would do"), "personal-data"),
    (Kind.LOOKED, "customer", _("Looked at a customer's consents"), "customer-consents"),
    (Kind.EXPORTED, "customer", _("Took out everything about a person"), "personal-data-file"),
    (Kind.EXPORTED, "customer", _("Took a file of a customer"), "customer-file api-customer-file"),
    (Kind.LOOKED, "order", _("Looked at an order"), "order order-task"),
    (Kind.LOOKED, "payment", _("Looked at a payment"), "payment"),
    (Kind.LOOKED, "call", _("Looked at a call"), "call call-closing call-edit call-task"),
    (Kind.LOOKED, "task", _("Looked at a task"), "task"),
    (Kind.LOOKED, "customer", _("Looked at a statement"), "statement"),
    (Kind.LOOKED, "", _("Looked at who called and when"), "why"),
    (Kind.LOOKED, "", _("Looked at recent changes"), "recent-changes"),
    (Kind.LOOKED, "", _("Looked at the audit"), "audit"),
    (Kind.LOOKED, "user", _("Looked at a colleague's rights"), "person person-sign-in"),
    (Kind.LOOKED, "", _("Compared two customers"), "merge-customers"),
    (Kind.LOOKED, "import", _("Looked at an import"), "import"),
    (Kind.EXPORTED, "", _("Took out customers"), "export-file"),
    (Kind.EXPORTED, "", _("Took addresses for a mail"), "mail-customers"),
    (Kind.EXPORTED, "", _("Took out orders"), "export-orders-file"),
    (Kind.EXPORTED, "", _("Took out calls"), "export-calls-file"),
    (Kind.EXPORTED, "import", _("Took the report of an import"), "import-report"),
    (Kind.EXPORTED, "price-list", _("Took out prices"), "price-rows-file"),
    (Kind.EXPORTED, "order", _("Made an invoice"), "invoice"),
    (Kind.EXPORTED, "payment", _("Made a receipt"), "receipt"),
    (Kind.EXPORTED, "customer", _("Made a statement"), "statement-pdf"),
    (Kind.HEARD, "recording", _("Took a recording as a file"), "recording-file"),
)

_DEEDS: _Table = (
    (Kind.SIGNED_IN, "user", _("Began to see as somebody else"), "see-as"),
    (Kind.SIGNED_IN, "", _("Ended seeing as somebody else"), "see-as-end"),
    (Kind.SET, "", _("Changed their own settings"), "preferences task-settings calling"),
    (Kind.SET, "", _("Changed their own password"), "own-password"),
    (Kind.SET, "", _("Let a device or a calendar in"), "devices task-feed-settings"),
    (Kind.SET, "", _("Ended what a device may"), "revoke-device"),
    (Kind.SET, "", _("Let a program in"), "tokens"),
    (Kind.SET, "", _("Ended what a program may"), "revoke-token revoke-any-token"),
    (Kind.CALLED, "", _("Pressed Call"), "dial"),
    (Kind.CALLED, "", _("Took back a call"), "cancel-placed-call"),
    (Kind.CALLED, "", _("Made no call of a press"), "placed-not-made"),
    (Kind.CALLED, "call", _("Handed on, held or ended a call"), "call-do"),
    (Kind.CHANGED, "customer", _("Added a customer"), "new-customer api-customers"),
    (
        Kind.CHANGED,
        "customer",
        _("Changed a customer"),
        "api-customer api-phones api-phone api-contacts api-contact api-persons api-person api-addresses api-address",
    ),
    (
        Kind.CHANGED,
        "customer",
        _("Changed a customer"),
        "edit-customer card-field card-row-add card-row-remove upload-portrait card-undo restore-change "
        "api-customer-portrait",
    ),
    (Kind.CHANGED, "customer", _("Wrote a note"), "quick-note api-customer-notes"),
    (
        Kind.CHANGED,
        "customer",
        _("Changed files of a customer"),
        "customer-files customer-file-remove",
    ),
    (Kind.CHANGED, "customer", _("Changed files of a customer"), "api-customer-files api-customer-file"),
    (Kind.CHANGED, "customer", _("Brought a file back"), "customer-file-restore api-customer-file-restore"),
    (Kind.CHANGED, "customer", _("Noted a customer's consent"), "customer-consents api-customer-consents"),
    (Kind.CHANGED, "customer", _("Erased a person"), "personal-data"),
    (Kind.CHANGED, "customer", _("Archived a customer"), "archive-customer api-customer-archive"),
    (Kind.CHANGED, "customer", _("Brought a customer back"), "restore-customer api-customer-restore"),
    (Kind.CALLED, "", _("Pressed Call"), "api-placed-calls"),
    (Kind.CALLED, "", _("Took back a call"), "api-placed-call-cancel"),
    (Kind.CALLED, "call", _("Handed on, held or ended a call"), "api-call-do"),
    (Kind.CHANGED, "", _("Added an order"), "api-orders"),
    (Kind.CHANGED, "order", _("Changed an order"), "api-order api-order-restore api-order-files"),
    (Kind.CHANGED, "order", _("Cancelled an order"), "api-order-cancel"),
    (Kind.CHANGED, "", _("Wrote down a payment"), "api-payments"),
    (Kind.CHANGED, "payment", _("Changed a payment"), "api-payment-allocate api-payment-restore"),
    (Kind.CHANGED, "payment", _("Cancelled a payment"), "api-payment-cancel"),
    (Kind.CHANGED, "", _("Added a task"), "api-tasks"),
    (
        Kind.CHANGED,
        "task",
        _("Changed a task"),
        "api-task api-task-done api-task-reopen api-task-cancel",
    ),
    (Kind.CHANGED, "", _("Wrote down a call"), "api-calls"),
    (Kind.CHANGED, "call", _("Changed a call"), "api-call api-call-restore api-call-written"),
    (Kind.CHANGED, "call", _("Removed a call"), "api-call-remove"),
    (
        Kind.CHANGED,
        "",
        _("Changed many customers"),
        "change-customers undo-customers",
    ),
    (Kind.CHANGED, "", _("Changed many customers"), "api-customers-change api-customers-change-undo"),
    (Kind.CHANGED, "task", _("Changed a task"), "api-task-snooze"),
    (Kind.CHANGED, "", _("Added a task"), "api-tasks-many"),
    (Kind.CHANGED, "", _("Changed a task"), "api-tasks-many-undo"),
    (Kind.CHANGED, "", _("Changed many orders"), "api-orders-change api-orders-change-undo"),
    (Kind.CHANGED, "", _("Changed calls"), "api-calls-change"),
    (Kind.CHANGED, "", _("Changed products"), "api-products api-products-change"),
    (Kind.CHANGED, "product", _("Changed products"), "api-product api-product-archive api-product-restore"),
    (Kind.CHANGED, "customer", _("Changed a customer"), "api-history-restore"),
    (Kind.CHANGED, "", _("Looked for duplicates"), "api-duplicates-look api-duplicates-differ"),
    (Kind.CHANGED, "recording", _("Removed a recording"), "api-recording-remove api-recording-erase"),
    (Kind.CHANGED, "call", _("Added a recording"), "api-call-recordings"),
    (
        Kind.CHANGED,
        "recording",
        _("Changed a recording"),
        "api-recording-restore api-recording-keep api-recording-again",
    ),
    (Kind.SET, "job", _("Stopped or repeated background work"), "api-job-cancel api-job-retry"),
    (Kind.CHANGED, "", _("Brought a file for import"), "api-imports"),
    (Kind.CHANGED, "import", _("Changed how a file is read"), "api-import api-import-reading api-import-check"),
    (Kind.CHANGED, "import", _("Imported a file"), "api-import-apply"),
    (Kind.CHANGED, "import", _("Took an import back"), "api-import-undo"),
    (
        Kind.SET,
        "",
        _("Changed lists of the company"),
        "api-list api-list-order api-list-entry api-list-entry-archive api-list-entry-restore api-list-entry-replace",
    ),
    (
        Kind.SET,
        "",
        _("Changed own fields"),
        "api-own-fields api-own-field api-own-fields-order api-own-field-archive api-own-field-restore",
    ),
    (Kind.SET, "", _("Changed blocked numbers"), "api-blocked api-blocked-remove api-blocked-again"),
    (Kind.SET, "", _("Changed settings of calls"), "api-call-settings api-missed-settings"),
    (
        Kind.SET,
        "price-list",
        _("Changed tariffs"),
        "api-price-list api-price-rows api-price-rows-undo api-price-list-remove api-price-list-restore",
    ),
    (Kind.SET, "", _("Changed tariffs"), "api-price-lists api-rate-period api-rate-begin"),
    (Kind.SET, "", _("Changed budgets"), "api-budgets"),
    (Kind.SET, "budget", _("Changed budgets"), "api-budget api-budget-remove api-budget-restore"),
    (Kind.SET, "", _("Let a device or a calendar in"), "api-calendar"),
    (Kind.SET, "", _("Added a webhook"), "api-webhooks"),
    (Kind.SET, "webhook", _("Changed a webhook"), "api-webhook api-webhook-secret api-webhook-switch"),
    (Kind.SET, "webhook", _("Sent messages of a webhook"), "api-webhook-test api-webhook-resend"),
    (Kind.CHANGED, "", _("Joined customers"), "merge-customers api-customers-merge"),
    (Kind.CHANGED, "", _("Took customers apart again"), "undo-merge api-merge-undo"),
    (Kind.CHANGED, "", _("Looked for duplicates"), "look-for-duplicates pair-differs"),
    (Kind.CHANGED, "", _("Brought a file for import"), "imports"),
    (Kind.CHANGED, "import", _("Changed how a file is read"), "import import-reading drop-import"),
    (Kind.CHANGED, "import", _("Imported a file"), "apply-import"),
    (Kind.CHANGED, "import", _("Took an import back"), "undo-import"),
    (Kind.CHANGED, "order", _("Changed an order"), "order order-state order-files order-restore"),
    (Kind.CHANGED, "", _("Added an order"), "order-new"),
    (Kind.CHANGED, "order", _("Cancelled an order"), "order-cancel"),
    (Kind.CHANGED, "", _("Changed many orders"), "change-orders undo-orders"),
    (Kind.CHANGED, "order", _("Wrote down a payment"), "order-pay"),
    (Kind.CHANGED, "", _("Wrote down a payment"), "payment-new"),
    (Kind.CHANGED, "payment", _("Changed a payment"), "payment-allocate payment-restore"),
    (Kind.CHANGED, "payment", _("Cancelled a payment"), "payment-cancel"),
    (Kind.CHANGED, "product", _("Changed products"), "product product-archive product-new change-products"),
    (Kind.CHANGED, "", _("Added a task"), "quick-task task-new tasks-for-many new-task"),
    (Kind.CHANGED, "task", _("Changed a task"), "task finish-task undo-task move-task snooze-task cancel-task"),
    (Kind.CHANGED, "", _("Changed a task"), "task-done undo-tasks"),
    (Kind.CHANGED, "", _("Wrote down a call"), "call-new"),
    (Kind.CHANGED, "call", _("Changed a call"), "call-edit call-customer call-closing"),
    (Kind.CHANGED, "call", _("Changed a call"), "popup-choose popup-unchoose popup-note popup-add-number"),
    (Kind.CHANGED, "", _("Changed calls"), "change-calls call-undo"),
    (Kind.CHANGED, "call", _("Removed a call"), "call-remove"),
    (
        Kind.CHANGED,
        "",
        _("Followed up a missed call"),
        "api-missed-take api-missed-leave api-missed-close api-missed-reopen",
    ),
    (Kind.CHANGED, "", _("Followed up a missed call"), "missed-take missed-leave missed-close missed-reopen"),
    (Kind.CHANGED, "call", _("Blocked a caller"), "block-call"),
    (Kind.SET, "", _("Changed blocked numbers"), "blocked-numbers unblock-number block-number-again"),
    (Kind.HEARD, "recording", _("Listened to a recording"), "recording-play"),
    (Kind.CHANGED, "recording", _("Removed a recording"), "recording-remove recording-erase"),
    (Kind.CHANGED, "recording", _("Changed a recording"), "recording-restore recording-keep recording-again"),
    (Kind.CHANGED, "call", _("Added a recording"), "call-recordings"),
    (Kind.SET, "", _("Changed settings of calls"), "call-settings missed-settings"),
    (
        Kind.SET,
        "",
        _("Changed settings of recordings"),
        "recording-settings recordings-look recording-source-new recording-source recording-source-remove "
        "recording-rule-new recording-rule-remove",
    ),
    (
        Kind.SET,
        "price-list",
        _("Changed tariffs"),
        "price-list price-rows price-rows-undo price-list-remove price-list-restore",
    ),
    (Kind.SET, "", _("Changed tariffs"), "price-list-new rate-period rate-preview"),
    (Kind.SET, "budget", _("Changed budgets"), "budget budget-new budget-remove budget-restore"),
    (Kind.SET, "", _("Changed the company"), "company documents logo-change line-add line-remove popup-settings"),
    (
        Kind.SET,
        "",
        _("Changed phone books"),
        "phone-book-new phone-book-settings phone-book-renew phone-book-remove",
    ),
    (
        Kind.SET,
        "",
        _("Changed lists of the company"),
        "own-list own-list-order own-list-entry own-list-entry-remove own-list-entry-restore",
    ),
    (
        Kind.SET,
        "",
        _("Changed own fields"),
        "own-fields own-field-new own-field own-field-archive own-field-restore largest-file",
    ),
    (Kind.SET, "", _("Changed the telephone system"), "pbx-new pbx-test pbx-edit pbx-remove pbx-records"),
    (Kind.SET, "", _("Changed rules for calls"), "dial-rules"),
    (Kind.SET, "", _("Changed softphones"), "softphones sip-account sip-account-remove"),
    (
        Kind.SET,
        "",
        _("Changed keys of telephone systems"),
        "pbx-key-new pbx-key pbx-key-renew pbx-key-remove",
    ),
    (Kind.SET, "webhook", _("Changed a webhook"), "webhook webhook-secret webhook-switch webhook-remove"),
    (Kind.SET, "webhook", _("Sent messages of a webhook"), "webhook-test webhook-resend"),
    (Kind.SET, "", _("Added a webhook"), "webhook-new"),
    (Kind.SET, "user", _("Changed a colleague"), "person person-password person-deactivate person-activate"),
    (Kind.SET, "role", _("Changed how a role signs in"), "role-terms"),
    (Kind.SET, "", _("Changed the lock of the screen"), "sign-in-settings"),
    (
        Kind.SET,
        "",
        _("Changed single sign-on"),
        "single-sign-on single-sign-on-group single-sign-on-group-remove",
    ),
    (Kind.SET, "", _("Tested single sign-on"), "single-sign-on-check"),
    (Kind.SET, "", _("Changed the directory"), "directory"),
    (Kind.SET, "", _("Tested the directory"), "directory-check"),
    (Kind.SET, "", _("Added a colleague"), "person-new"),
    (Kind.SET, "role", _("Changed a role"), "role role-copy role-remove role-restore role-put-back"),
    (Kind.SET, "", _("Added a role"), "role-new"),
    (Kind.SET, "", _("Changed how long the audit is kept"), "audit-settings"),
    (Kind.SET, "job", _("Stopped or repeated background work"), "cancel-job retry-job"),
)

# What `staff.sign_in.journal` writes, and the door of telephone systems: one address has many ends, of which its answer
# says nothing.
_WAYS_IN: _Table = (
    (Kind.SIGNED_IN, "", _("Signed in"), "sign-in"),
    (Kind.SIGNED_IN, "", _("Signed out"), "sign-out"),
    (Kind.SIGNED_IN, "", _("Ended a session"), "session-ended"),
    (Kind.SIGNED_IN, "", _("Locked the screen"), "screen-locked"),
    (Kind.SIGNED_IN, "", _("Unlocked the screen"), "screen-unlocked"),
    (Kind.SIGNED_IN, "", _("Connected an account of the company"), "identity-connected"),
    (Kind.SIGNED_IN, "", _("Disconnected an account of the company"), "identity-disconnected"),
    (Kind.SIGNED_IN, "", _("Added a second step"), "step-added"),
    (Kind.SIGNED_IN, "", _("Removed a second step"), "step-removed"),
    (Kind.FAILED, "", _("Wrong name or password"), "sign-in-password"),
    (Kind.FAILED, "", _("Wrong code or passkey"), "sign-in-step"),
    (Kind.FAILED, "", _("Too many attempts: has to wait"), "sign-in-closed"),
    (Kind.FAILED, "", _("Not within the hours of the role"), "sign-in-hours"),
    (Kind.FAILED, "", _("Not from a network of the role"), "sign-in-network"),
    (Kind.FAILED, "", _("Not let in by single sign-on"), "sign-in-provider"),
    (Kind.FAILED, "", _("Not let in by the directory"), "sign-in-directory"),
    (Kind.FAILED, "", _("A program with a token that is not valid"), "wrong-token"),
    (Kind.FAILED, "", _("A request in a telephone system's name, not signed as it must be"), "wrong-hook"),
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Addresses of one record that tell nothing which is not on its window, or only how the page looks.
UNWRITTEN_LOOKS = _names(
    "api-list-entry api-own-field api-budget api-price-list api-webhook "
    "api-product api-view api-job "
    "api-call-can api-missed-caller api-customer-files api-customer-portrait api-order-files "
    "call-can call-recordings-shown call-recording-mark recording-sound job call-log-view customers-view debts-view "
    "orders-view products-view product budget price-list own-field own-list-entry order-pay pbx-key person-password "
    "phone-book-settings rate-preview recording-source role role-terms sip-account carddav-card phone-book webhook "
    "webhook-new"
)
# What the page does by itself, how somebody's lists look, and devices, which are known by their last visit.
UNWRITTEN_DEEDS = _names(
    "api-views api-view api-view-restore api-view-default "
    "card-presence popup-close popups-shown popup-bring-back order-figures reminder-done reminder-seen set_language "
    "softphone-account call-log-change-view call-log-columns call-log-store-view customers-change-view "
    "customers-columns customers-store-view debts-change-view debts-columns debts-store-view orders-change-view "
    "orders-columns orders-store-view products-change-view products-columns products-store-view carddav carddav-book "
    "carddav-card carddav-home carddav-principal well-known-carddav phone-book"
)
# Of which the way in itself says what came of them.
WRITTEN_BY_THEMSELVES = _names(
    "sign-in sign-out first-start sign-in-second sign-in-passkey-ask sign-in-passkey codes own-passkey-ask own-passkey "
    "own-step-remove recovery-codes own-session-end own-sessions-end prove prove-passkey-ask prove-passkey "
    "lock unlock unlock-passkey person-sessions-end person-steps-remove judge-password directory-connect "
    "own-identity-remove person-identity-remove"
)


def _by_name(table: _Table) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    for kind, about, words, names in table:
        for name in names.split():
            assert name not in acts, name
            acts[name] = Act(kind, about, words)
    return acts


LOOKS = _by_name(_LOOKS)
DEEDS = _by_name(_DEEDS)
WAYS_IN = _by_name(_WAYS_IN)


def act_of(name: str, *, is_deed: bool) -> Act | None:
    """None: not written down, or of a version that knew other addresses."""
    return WAYS_IN.get(name) or (DEEDS if is_deed else LOOKS).get(name)
