from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "callcard.sales"
    label = "sales"

    def ready(self) -> None:
        from callcard.customers.list_totals import offer_totals
        from callcard.sales.list_totals import owed_by
        from callcard.sales.own_list_entries import SALES_LISTS
        from callcard.staff.own_lists import offer_lists

        offer_lists(SALES_LISTS)
        offer_totals(owed_by)
