"""The clock of self-registrations: confirmations that came back, deadlines that are over."""

from celery import shared_task

from identities.self_registrations.confirmation_operations import expire_late, note_confirmations
from identities.self_registrations.operations import shut_taken_back
from identities.self_registrations.queries import groups_with_confirmations, groups_with_open_paths
from portal.foundation.tenancy import clock
from portal.foundation.tenancy.tasks import ClockTask, TenantTask
from portal.journal.operations import Machine

CLOCK = Machine("L'horloge des auto-enregistrements")


@shared_task(base=ClockTask, name="identities.self_registrations.tasks.watch")
def watch() -> int:
    """One task per group that waits for the answer of API PSI to a confirmation; says how many."""
    with clock():
        groups = groups_with_confirmations()
    for group_id in groups:
        watch_group.apply_async(kwargs={"group_id": str(group_id)})
    return len(groups)


@shared_task(base=TenantTask, name="identities.self_registrations.tasks.watch_group")
def watch_group(*, group_id: str) -> int:
    return note_confirmations(actor=CLOCK)


@shared_task(base=ClockTask, name="identities.self_registrations.tasks.nightly")
def nightly() -> int:
    """One task per group with an open self-registration; says how many."""
    with clock():
        groups = groups_with_open_paths()
    for group_id in groups:
        expire_group.apply_async(kwargs={"group_id": str(group_id)})
    return len(groups)


@shared_task(base=TenantTask, name="identities.self_registrations.tasks.expire_group")
def expire_group(*, group_id: str) -> int:
    """What came back in time is confirmed first; what was taken back meanwhile is shut."""
    note_confirmations(actor=CLOCK)
    shut_taken_back(actor=CLOCK)
    return expire_late(actor=CLOCK)
