"""What right each address needs, by its name: one place, so that none is forgotten.

Whose records are seen is not said here: every room's `visible_to` decides that.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYBODY = "everybody"
"""Whoever is signed in; or, where the view itself says so, whoever knows a secret."""


@dataclass(frozen=True, slots=True)
class Need:
    """Rights to look (GET, HEAD) and to do anything else."""

    look: str
    do: str


def _read(lines: str) -> dict[str, Need]:
    """A line for each right: `right: name name ...`; `look / do: names` where they differ."""
    needs: dict[str, Need] = {}
    for line in filter(None, map(str.strip, lines.split("\n"))):
        rights, _colon, names = line.partition(": ")
        look, _slash, do = (right.strip() for right in rights.partition("/"))
        for name in names.split():
            assert name not in needs, name
            needs[name] = Need(look, do or look)
    return needs


NEEDS = _read(
    """
    everybody: set_language sign-in sign-out first-start logo shell preferences own-password calling
    everybody: softphone-account devices revoke-device task-settings task-feed-settings task-feed reminders
    everybody: reminder-seen reminder-done portrait jobs job cancel-job retry-job well-known-carddav carddav
    everybody: carddav-principal carddav-home carddav-book carddav-card phone-book popup-stack popups-shown
    everybody: see-as-end tokens revoke-token api-document api-me api-colleagues
    everybody: api-lists api-calendar
    everybody / company.lists: api-own-fields
    everybody: sign-in-second sign-in-passkey-ask sign-in-passkey own-sign-in second-step-first codes
    everybody: own-passkey-ask own-passkey own-step-remove recovery-codes own-session-end own-sessions-end
    everybody: prove prove-passkey-ask prove-passkey lock locked unlock unlock-passkey judge-password
    everybody: popup-close recent-calls placed-calls cancel-placed-call placed-not-made colleagues call-can
    everybody: call-do call-partner
    everybody: single-sign-on-go single-sign-on-back single-sign-on-again single-sign-on-connect
    everybody: directory-connect own-identity-remove

    customers.see: customers customers-columns customers-store-view customers-view customers-change-view find-customers
    customers.see: search-customers alike-customers customer-file customer-card card-parts card-presence card-timeline
    customers.see: customer-history change-customers
    customers.see / customers.change: customer-consents customer-files
    customers.see / customers.change: api-customer api-phone api-contact api-person api-address
    customers.see / customers.add: api-customers
    customers.see: api-customer-match
    customers.add: new-customer
    customers.change: popup-bring-back edit-customer card-field card-row-add card-row-remove quick-note
    customers.change: upload-portrait card-undo
    customers.change: restore-change
    customers.change: customer-file-remove customer-file-restore popup-add-number changed-customers
    customers.change: undo-customers
    customers.change: api-customer-consents
    customers.change: api-phones api-contacts api-persons api-addresses api-customer-notes
    customers.delete: archive-customer restore-customer api-customer-archive api-customer-restore
    customers.export: export-customers export-file
    customers.import: imports import apply-import drop-import import-reading import-report undo-import
    customers.mail: mail-customers
    customers.merge: duplicates look-for-duplicates pair-differs merge-customers undo-merge

    sales.see: orders orders-columns orders-store-view orders-view orders-change-view debts debts-columns
    sales.see: debts-store-view debts-view
    sales.see: debts-change-view payment invoice receipt statement statement-pdf order-figures
    sales.see / sales.change: order
    sales.add: order-new order-pay payment-new
    sales.see: change-orders
    sales.change: order-state order-files payment-allocate undo-orders
    sales.delete: order-cancel order-restore payment-cancel payment-restore
    sales.export: export-orders export-orders-file
    goods.see: products products-columns products-store-view products-view products-change-view find-products
    goods.see / goods.change: product
    goods.add: product-new
    goods.delete: product-archive change-products

    tasks.see: my-day task-calendar tasks-made
    tasks.see / tasks.change: task
    tasks.add: quick-task task-new tasks-for-many undo-tasks new-task order-task call-task
    tasks.change: finish-task undo-task move-task snooze-task task-done
    tasks.delete: cancel-task

    calls.see: call-log call-log-columns call-log-store-view call-log-view call-log-change-view calls-without-result
    calls.see: call calls-talked calls-grouped
    calls.see: missed-calls missed-count call-recordings-shown call-recording-mark
    calls.add: call-new
    calls.change: call-edit call-undo call-customer call-closing change-calls popup-choose popup-unchoose popup-note
    calls.change: missed-take missed-leave missed-close missed-reopen
    calls.delete: call-remove
    calls.export: export-calls export-calls-file
    calls.dial: dial call-to api-placed-calls api-placed-call-cancel api-call-do api-call-can
    calls.see / calls.add: api-calls
    calls.see / calls.change: api-call
    calls.see / recordings.see: api-call-recordings
    calls.delete: api-call-remove
    recordings.see: api-recording-sound
    calls.see: api-missed-callers api-missed-caller
    calls.change: api-missed-take api-missed-leave api-missed-close api-missed-reopen api-call-restore
    customers.see: api-customer-history api-customers-change
    customers.see / customers.change: api-customer-files api-customer-file api-customer-portrait
    customers.change: api-customer-file-restore api-customers-change-undo
    customers.merge: api-customers-merge api-merge-undo
    sales.see / sales.change: api-order-files
    tasks.change: api-task-snooze
    sales.see / sales.add: api-orders
    sales.see / sales.change: api-order
    sales.add: api-payments
    sales.see: api-payment
    sales.delete: api-order-cancel api-order-restore api-payment-cancel api-payment-restore
    sales.change: api-payment-allocate
    goods.see / goods.add: api-products
    goods.see / goods.change: api-product
    goods.delete: api-product-archive api-product-restore api-products-change
    sales.change: api-orders-change api-orders-change-undo
    tasks.add: api-tasks-many api-tasks-many-undo
    calls.change: api-calls-change api-call-written
    customers.merge: api-duplicates api-duplicates-look api-duplicates-differ
    customers.change: api-history-restore
    recordings.see: api-recording-remove api-recording-restore api-recording-erase api-recording-keep
    recordings.see: api-recording-again
    everybody: api-views api-view api-view-restore api-view-default api-jobs api-job api-job-cancel api-job-retry
    tasks.see / tasks.add: api-tasks
    tasks.see / tasks.change: api-task
    tasks.change: api-task-done api-task-reopen
    tasks.delete: api-task-cancel
    company.lists: api-list api-list-order api-list-entry api-list-entry-archive api-list-entry-restore
    company.lists: api-list-entry-replace
    company.lists: api-own-field api-own-fields-order api-own-field-archive api-own-field-restore
    customers.import: api-imports api-import api-import-fields api-import-reading api-import-preview api-import-check
    customers.import: api-import-rows api-import-apply api-import-undo
    customers.export: api-export-customers
    calls.export: api-export-calls
    sales.export: api-export-orders
    calls.block: api-blocked api-blocked-remove api-blocked-again
    calls.settings: api-call-settings api-missed-settings
    costs.see / costs.change: api-price-lists api-price-list api-price-rows api-budgets api-budget
    costs.change: api-price-list-remove api-price-list-restore api-price-rows-undo api-rate-period api-rate-begin
    costs.change: api-budget-remove api-budget-restore
    staff.roles: api-webhooks api-webhook api-webhook-secret api-webhook-switch api-webhook-test
    staff.roles: api-webhook-deliveries api-webhook-resend
    calls.block: block-call blocked-numbers unblock-number block-number-again
    calls.settings: call-settings missed-settings
    recordings.see: recording-play recording-sound recording-file
    recordings.see: recording-remove recording-restore recording-erase recording-keep recording-again call-recordings
    recordings.settings: recording-settings recordings-look recording-source-new recording-source
    recordings.settings: recording-source-remove
    recordings.settings: recording-rule-new recording-rule-remove
    costs.see: tariffs price-rows-file budgets
    costs.see / costs.change: price-list budget
    costs.change: price-list-new rate-period rate-preview price-rows price-rows-undo price-list-remove
    costs.change: price-list-restore
    costs.change: budget-new budget-remove budget-restore

    company.change: company documents logo-change line-add line-remove popup-settings
    company.change: phone-books phone-book-new phone-book-settings phone-book-renew phone-book-remove
    company.lists: own-lists own-list own-list-order own-list-entry own-list-entry-remove own-list-entry-restore
    company.lists: own-fields own-field-new own-field own-field-archive own-field-restore largest-file
    company.history: recent-changes audit personal-data personal-data-file
    company.change: audit-settings
    telephony.change: pbx-list pbx-new pbx-test pbx-edit pbx-remove pbx-records dial-rules why softphones sip-account
    telephony.change: sip-account-remove
    telephony.change: pbx-keys pbx-key-new pbx-key pbx-key-renew pbx-key-remove
    staff.see: people
    staff.see / staff.change: person
    staff.add: person-new
    staff.roles: plugins
    staff.roles: webhooks webhook-new webhook webhook-secret webhook-switch webhook-test webhook-remove
    staff.roles: webhook-deliveries webhook-resend
    staff.roles: all-tokens revoke-any-token see-as roles role-new role role-copy role-remove role-restore role-put-back
    staff.change: person-password person-sign-in person-sessions-end person-steps-remove person-identity-remove
    staff.roles: sign-in-settings role-terms
    staff.roles: single-sign-on single-sign-on-check single-sign-on-group single-sign-on-group-remove
    staff.roles: directory directory-check
    staff.delete: person-deactivate person-activate
    """
)
