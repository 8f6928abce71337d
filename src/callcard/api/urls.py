from __future__ import annotations

from django.urls import path

from callcard.api import carddav_views, pbx_key_views, phone_book_views, settings_views
from callcard.api.tokens import views as token_views
from callcard.api.v1.document import addresses
from callcard.api.webhooks import views as webhook_views

urlpatterns = [
    path(".well-known/carddav", carddav_views.well_known, name="well-known-carddav"),
    path("carddav/", carddav_views.collection, name="carddav"),
    path("carddav/principal/", carddav_views.collection, {"place": "principal/"}, name="carddav-principal"),
    path("carddav/books/", carddav_views.collection, {"place": "books/"}, name="carddav-home"),
    path("carddav/books/customers/", carddav_views.collection, {"place": "books/customers/"}, name="carddav-book"),
    path("carddav/books/customers/<int:pk>.vcf", carddav_views.one_card, name="carddav-card"),
    path("phonebooks/<int:pk>/<str:token>/<slug:name>.xml", phone_book_views.phone_book, name="phone-book"),
    path("me/devices", settings_views.devices, name="devices"),
    path("me/devices/<int:pk>/revoke", settings_views.device_revoke, name="revoke-device"),
    path("settings/phone-books", settings_views.phone_books, name="phone-books"),
    path("settings/phone-books/new", settings_views.phone_book_new, name="phone-book-new"),
    path("settings/phone-books/<int:pk>", settings_views.phone_book_settings, name="phone-book-settings"),
    path("settings/phone-books/<int:pk>/renew", settings_views.phone_book_renew, name="phone-book-renew"),
    path("settings/phone-books/<int:pk>/remove", settings_views.phone_book_remove, name="phone-book-remove"),
    path("settings/pbx-keys", pbx_key_views.pbx_keys, name="pbx-keys"),
    path("settings/pbx-keys/new", pbx_key_views.pbx_key, name="pbx-key-new"),
    path("settings/pbx-keys/<int:pk>", pbx_key_views.pbx_key, name="pbx-key"),
    path("settings/pbx-keys/<int:pk>/renew", pbx_key_views.pbx_key_renew, name="pbx-key-renew"),
    path("settings/pbx-keys/<int:pk>/remove", pbx_key_views.pbx_key_remove, name="pbx-key-remove"),
    path("me/programs", token_views.own_tokens, name="tokens"),
    path("me/programs/<int:pk>/revoke", token_views.own_token_revoke, name="revoke-token"),
    path("settings/programs", token_views.everybodys_tokens, name="all-tokens"),
    path("settings/programs/<int:pk>/revoke", token_views.token_revoke, name="revoke-any-token"),
    path("settings/webhooks", webhook_views.webhooks, name="webhooks"),
    path("settings/webhooks/new", webhook_views.webhook_new, name="webhook-new"),
    path("settings/webhooks/<int:pk>", webhook_views.webhook, name="webhook"),
    path("settings/webhooks/<int:pk>/secret", webhook_views.webhook_secret, name="webhook-secret"),
    path("settings/webhooks/<int:pk>/switch", webhook_views.webhook_switch, name="webhook-switch"),
    path("settings/webhooks/<int:pk>/test", webhook_views.webhook_test, name="webhook-test"),
    path("settings/webhooks/<int:pk>/remove", webhook_views.webhook_remove, name="webhook-remove"),
    path("settings/webhooks/<int:pk>/deliveries", webhook_views.webhook_deliveries, name="webhook-deliveries"),
    path("settings/webhooks/<int:pk>/resend", webhook_views.webhook_resend, name="webhook-resend"),
]
v1 = addresses()
"""Below api/v1/."""
