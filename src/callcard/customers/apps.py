from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "callcard.customers"
    label = "customers"

    def ready(self) -> None:
        from callcard.customers.own_list_entries import CUSTOMER_LISTS
        from callcard.staff.own_lists import offer_lists

        offer_lists(CUSTOMER_LISTS)
