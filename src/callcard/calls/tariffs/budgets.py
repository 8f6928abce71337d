"""What of each budget is spent, and telling those in charge when it is nearly all or all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from callcard.calls.models import Call, Segment
from callcard.calls.tariffs.models import Budget, BudgetWarning
from callcard.calls.tariffs.queries import line_key
from callcard.calls.tariffs.rules import percent_spent, warnings_due
from callcard.staff.company import company, company_zone
from callcard.staff.models import Team, User
from callcard.tasks.services import add_task


def count_budgets() -> int:
    """Sum up this month anew, and tell what is to be told; returns how many warnings were given."""
    return sum(count_budget(budget) for budget in Budget.objects.filter(removed_at=None))


def count_budget(budget: Budget) -> int:
    """One budget. To repeat it warns nobody twice."""
    now = timezone.now()
    month = now.astimezone(company_zone()).date().replace(day=1)
    budget.spent, budget.month, budget.counted_at = spent_in(budget, month), month, now
    with transaction.atomic():
        budget.save(update_fields=["spent", "month", "counted_at"])
        told = BudgetWarning.objects.filter(budget=budget, month=month)
        # Of a budget that was raised since, or calls that cost less since: what is reached again is told again.
        told.filter(percent__gt=percent_spent(budget.spent, budget.amount)).delete()
        due = warnings_due(budget.spent, budget.amount, told.values_list("percent", flat=True))
        for percent in due:
            BudgetWarning.objects.create(budget=budget, month=month, percent=percent)
        if due:
            _warn(budget, due[-1], now)
    return len(due)


def spent_in(budget: Budget, month: date) -> Decimal:
    """What calls of that month cost in the budget's currency; other currencies are not added to it."""
    start, end = _bounds(month)
    calls = Call.objects.filter(started_at__gte=start, started_at__lt=end, cost_currency=budget.currency)
    if budget.scope in (Budget.Scope.USER, Budget.Scope.TEAM):
        calls = calls.filter(_made_or_answered_by(_users_of(budget), start, end))
    if budget.scope == Budget.Scope.LINE:
        calls = calls.filter(line__in=_ways_to_write(budget.line, start, end))
    return calls.aggregate(total=Sum("cost"))["total"] or Decimal(0)


def _bounds(month: date) -> tuple[datetime, datetime]:
    zone, following = company_zone(), (month + timedelta(days=32)).replace(day=1)
    return datetime.combine(month, time(), zone), datetime.combine(following, time(), zone)


def _made_or_answered_by(users: list[int], start: datetime, end: datetime) -> Q:
    """A call is its caller's who is one of us, else the answerer's."""
    called = Segment.objects.filter(user__in=users, role="caller", began_at__gte=start, began_at__lt=end)
    is_theirs = Q(direction=Call.Direction.OUTBOUND, pk__in=called.values("call"))
    return is_theirs | (~Q(direction=Call.Direction.OUTBOUND) & Q(answered_by__in=users))


def _users_of(budget: Budget) -> list[int]:
    if budget.scope == Budget.Scope.USER:
        return [budget.user_id] if budget.user_id else []
    return list(User.objects.filter(team__in=_team_and_below(budget.team_id)).values_list("pk", flat=True))


def _team_and_below(team_id: int | None) -> set[int]:
    found: set[int] = set()
    newest = {team_id} if team_id else set()
    while newest:
        found |= newest
        newest = set(Team.objects.filter(parent__in=newest).values_list("pk", flat=True)) - found
    return found


def _ways_to_write(line: str, start: datetime, end: datetime) -> list[str]:
    """As telephone systems have written this line that month."""
    region = company().region
    wanted = line_key(line, region)
    calls = Call.objects.filter(started_at__gte=start, started_at__lt=end).exclude(line="")
    written = calls.order_by().values_list("line", flat=True).distinct()
    return [one for one in written if line_key(one, region) == wanted]


def _warn(budget: Budget, percent: int, now: datetime) -> None:
    """A task with its reminder, for everybody in charge: it stands in their page until somebody has seen it."""
    for user in User.objects.who_may("costs.see").order_by("pk"):
        with override(user.language or None):
            title = _("Budget “%(name)s”: %(percent)s %% of this month are spent") % {
                "name": budget.name,
                "percent": percent,
            }
            note = _("The budgets of calls are under Tariffs, Budgets.")
        add_task(title=title, note=note, assignee=user, due_at=now, remind_minutes=0)
