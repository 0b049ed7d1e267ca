"""The base of every Celery task: it names its group, and enters by the one door."""

from typing import Any
from uuid import UUID

from celery import Task

from portal.foundation.tenancy.context import TenancyError, tenant


class TenantTask(Task):
    """`group_id` is a keyword argument of the call; the body runs inside `tenant(group_id)`.

    Refuses (TenancyError) a call without it. `opens_door = False`: the task opens its own doors, in several commits.
    """

    abstract = True
    opens_door = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("group_id"):
            raise TenancyError(f"{self.name}: a task names its group")
        if not self.opens_door:
            return super().__call__(*args, **kwargs)
        with tenant(UUID(str(kwargs["group_id"]))):
            return super().__call__(*args, **kwargs)


class ClockTask(Task):
    """A sweep of the platform: it belongs to no group and opens `clock()` or one door per group by itself."""

    abstract = True
