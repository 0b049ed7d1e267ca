"""A payroll of the group, and the three steps of an import without their worker."""

from types import SimpleNamespace

import pytest

from identities.hr_imports.applying import apply_run_sites, undo_run_sites
from identities.hr_imports.checking import check_run
from identities.hr_imports.models import Line, Run
from identities.hr_imports.operations import apply_run, start_check, undo_run
from portal.foundation.tenancy import tenant
from tests.factories.api_keys import make_key
from tests.factories.hr_imports import PAYROLL, SourceFactory, deposit
from tests.identities.hr_imports.api_client import Software


@pytest.fixture
def payroll(group):
    """`check(*lines)`, `apply(run)`, `undo(run)`, each as its worker does it; `lines(run)` by outcome."""
    with tenant(group.id):
        source = SourceFactory()

    def check(*lines, decisions=None, **options) -> Run:
        with tenant(group.id):
            run = deposit(source, *lines, **options)
            if decisions:
                Run.objects.filter(pk=run.pk).update(decisions=decisions)
            start_check(actor=PAYROLL, run=run, mapping=run.mapping)
        assert check_run(group.id, run.pk)
        return seen(run)

    def seen(run) -> Run:
        with tenant(group.id):
            return Run.objects.select_related("source").get(pk=run.pk)

    def apply(run, reason="Vérifié avec la paie") -> Run:
        with tenant(group.id):
            apply_run(actor=PAYROLL, run=run, reason=reason, may_force=True)
        apply_run_sites(group.id, run.pk)
        return seen(run)

    def undo(run) -> Run:
        with tenant(group.id):
            undo_run(actor=PAYROLL, run=run)
        undo_run_sites(group.id, run.pk)
        return seen(run)

    def lines(run) -> dict[str, list[Line]]:
        found: dict[str, list[Line]] = {}
        with tenant(group.id):
            for line in Line.objects.filter(run=run).order_by("number"):
                found.setdefault(line.outcome, []).append(line)
        return found

    return SimpleNamespace(
        source=source, check=check, apply=apply, undo=undo, lines=lines, seen=seen, group=group
    )


@pytest.fixture
def software(group) -> Software:
    """The payroll « Paie Siège » of the group, with a key of its own."""
    with tenant(group.id):
        return Software(group, make_key("Paie Siège"), SourceFactory(name="Paie Siège").pk)
