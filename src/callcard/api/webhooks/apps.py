from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "callcard.api.webhooks"
    label = "webhooks"
