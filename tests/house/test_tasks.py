"""A task names its group, or is a sweep of the platform."""

import pytest

from portal.celery import app
from portal.foundation.tenancy import TenancyError
from portal.foundation.tenancy.tasks import ClockTask, TenantTask


def our_tasks():
    app.loader.import_default_modules()
    return [task for name, task in sorted(app.tasks.items()) if not name.startswith("celery.")]


def test_every_task_has_a_tenant_or_is_a_sweep():
    assert [task.name for task in our_tasks() if not isinstance(task, TenantTask | ClockTask)] == []


def test_a_task_without_its_group_raises():
    for task in our_tasks():
        if isinstance(task, TenantTask):
            with pytest.raises(TenancyError):
                task()


def test_the_timetable_names_tasks_that_exist():
    our_tasks()
    assert [one["task"] for one in app.conf.beat_schedule.values() if one["task"] not in app.tasks] == []
