from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "callcard.api.tokens"
    label = "tokens"
