"""Sources, deposits, decisions, application and undoing of HR imports: each leaves a line. Tasks do the long work."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.assignments.queries import functions_offered
from identities.hr_imports.columns import check_mapping, propose_mapping
from identities.hr_imports.files import describe_file
from identities.hr_imports.json_rows import FORM as JSON
from identities.hr_imports.models import DepositedFile, GuardSettings, JobTitle, Line, Run, SiteRun, Source
from identities.hr_imports.rules import check_can_abandon, check_can_apply, check_can_undo
from identities.hr_imports.states import RUN_TRANSITIONS, RunState, SiteState
from identities.hr_imports.work import ring_work
from portal.foundation.clock import now
from portal.foundation.errors import DomainError
from portal.foundation.names import search_key
from portal.journal.operations import Act, Actor, record
from tenants.groups.queries import establishment_name

SOURCE_ADDED = Act("hr_source_added", "{actor} a ajouté la source RH « {object} ».")
SOURCE_CHANGED = Act("hr_source_changed", "{actor} a modifié la source RH « {object} ».")
DEPOSITED = Act("hr_import_deposited", "{actor} a déposé « {object} » ({source}, {rows} lignes).")
CHECK_ASKED = Act("hr_import_check_asked", "{actor} a demandé le contrôle de « {object} ».")
DECIDED = Act(
    "hr_import_double_decided", "{actor} a décidé d'un double probable de « {object} », ligne {line}."
)
SITE_TOLD = Act("hr_source_site_told", "{actor} a dit que « {text} » de la source « {object} » est {site}.")
FUNCTION_TOLD = Act(
    "hr_job_title_told", "{actor} a dit que l'intitulé « {object} » est la fonction {function}."
)
FUNCTION_FORGOTTEN = Act(
    "hr_job_title_forgotten", "{actor} a retiré l'intitulé « {object} » de la table des fonctions."
)
APPLY_ASKED = Act("hr_import_apply_asked", "{actor} a appliqué « {object} »{reason}.")
UNDO_ASKED = Act("hr_import_undo_asked", "{actor} a annulé l'import « {object} ».")
ABANDONED = Act("hr_import_abandoned", "{actor} a abandonné l'import « {object} ».")
GUARDS_SET = Act("hr_guards_set", "{actor} a réglé les garde-fous des imports RH.")
_MOVED = "Cet import vient de changer d'état : rechargez la page."


def save_source(*, actor: Actor, source: Source) -> Source:
    """A new source, or a changed one. Refuses (DomainError) a name that another source of the group has."""
    is_new = source._state.adding
    source.name, source.issuer = source.name.strip(), source.issuer.strip()
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        french = f"Une source s'appelle déjà « {source.name} » : choisissez un autre nom."
        raise DomainError("Source name taken", french, "name") from error
    act = SOURCE_ADDED if is_new else SOURCE_CHANGED
    record(actor, act, object_kind="hr_source", object_id=source.pk, object=source.name)
    return source


@dataclass(frozen=True)
class Push:
    """What comes with a file that software sends: its key, and what makes the same request sent twice one import."""

    pushed_by: UUID
    idempotency_key: str
    request_hash: str


class OpenRunError(DomainError):
    """Another import of the source is open, or the same request was sent twice at once."""


def deposit_file(
    *, actor: Actor, source: Source, file_name: str, content: bytes, as_of: date, push: Push | None = None
) -> Run:
    """Keeps a file that can be read, with the columns proposed. Refuses (FileRefused) one that cannot, and (OpenRunError)
    a second import of a source whose first is still open: the database says so, whoever comes first."""
    described = describe_file(file_name, content)
    run = Run(
        source=source,
        file_name=file_name[-255:],
        file_form=described.form,
        file_hash=hashlib.sha256(content).hexdigest(),
        as_of=as_of,
        headers=described.headers,
        sample=described.sample,
        mapping=propose_mapping(described.headers, {} if described.form == JSON else source.mapping),
        row_count=described.row_count,
        created_by_name=actor.actor_name,
        moved_at=now(),
        **(asdict(push) if push else {}),
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError as error:
        french = f"Un import de « {source.name} » est déjà ouvert : terminez-le ou abandonnez-le d'abord."
        raise OpenRunError("An open run of this source", french, "file") from error
    DepositedFile.objects.create(run=run, content=content)
    _say(actor, DEPOSITED, run, source=source.name, rows=run.row_count)
    return run


def push_file(
    *, actor: Actor, source: Source, file_name: str, content: bytes, as_of: date, push: Push, then_apply: bool
) -> Run:
    """A file that software sends: its columns are those proposed, its check starts at once, and `then_apply` applies it
    when no guard stops it. Refuses as `deposit_file`, and (DomainError) a file where a needed column is not known."""
    run = deposit_file(
        actor=actor, source=source, file_name=file_name, content=content, as_of=as_of, push=push
    )
    start_check(actor=actor, run=run, then_apply=then_apply)
    return run


def start_check(
    *, actor: Actor, run: Run, mapping: Mapping[str, str] | None = None, then_apply: bool = False
) -> None:
    """Asks for the dry run, with the columns confirmed when they are given; the source remembers them.

    `then_apply` is for software: a person who asks for a check applies it in person. Refuses (DomainError) a needed column
    missing, and a run that is not waiting for this.
    """
    asked = dict(mapping) if mapping is not None else run.mapping
    check_mapping(asked)
    _move(actor, run, RunState.CHECKING, mapping=asked, failure="", then_apply=then_apply)
    if run.file_form != JSON:
        Source.objects.filter(pk=run.source_id).update(mapping=run.source.mapping | asked)
    _say(actor, CHECK_ASKED, run)
    ring_work(run)


def decide_double(*, actor: Actor, run: Run, line: Line, person_id: UUID | None) -> None:
    """The line is that person, or (None) somebody new; takes effect at the next check, which is asked here.

    Refuses (DomainError) somebody who was not proposed.
    """
    proposed = {one["person_id"] for one in line.doubles}
    if person_id is not None and str(person_id) not in proposed:
        raise DomainError("Not proposed", "Cette personne n'était pas proposée pour cette ligne.")
    decisions = run.decisions | {str(line.number): str(person_id) if person_id else "new"}
    _move(actor, run, RunState.CHECKING, decisions=decisions, then_apply=False)
    _say(actor, DECIDED, run, line=line.number)
    ring_work(run)


def tell_site(*, actor: Actor, source: Source, text: str, establishment_id: UUID) -> None:
    """What the source calls `text` is that establishment, from now on. Refuses (DomainError) one out of reach."""
    site = establishment_name(establishment_id)
    if not site:
        raise DomainError("Site out of reach", "Choisissez un établissement de la liste.", "site")
    codes = source.site_codes | {search_key(text): str(establishment_id)}
    Source.objects.filter(pk=source.pk).update(site_codes=codes)
    source.site_codes = codes
    record(
        actor,
        SITE_TOLD,
        object_kind="hr_source",
        object_id=source.pk,
        object=source.name,
        text=text,
        site=site,
    )


def tell_function(*, actor: Actor, title: str, function_code: str) -> JobTitle:
    """That job title is that national function, for every source of the group. Refuses (DomainError) a closed code."""
    offered = {one.code: one.label for one in functions_offered()}
    if function_code not in offered:
        raise DomainError("Function not offered", "Choisissez la fonction dans la liste.", "function")
    row, _ = JobTitle.objects.update_or_create(
        key=search_key(title)[:200],
        defaults={
            "label": title.strip()[:200],
            "function_id": function_code,
            "decided_by_name": actor.actor_name,
        },
    )
    record(
        actor,
        FUNCTION_TOLD,
        object_kind="hr_job_title",
        object_id=row.pk,
        object=row.label,
        function=offered[function_code],
    )
    return row


def forget_function(*, actor: Actor, title: JobTitle) -> None:
    """The title goes back to what the portal proposes."""
    title_id, label = title.pk, title.label
    title.delete()
    record(actor, FUNCTION_FORGOTTEN, object_kind="hr_job_title", object_id=title_id, object=label)


def apply_run(*, actor: Actor, run: Run, reason: str, may_force: bool) -> None:
    """Asks for the application of a checked run. Refuses (DomainError) what `rules.check_can_apply` does."""
    check_can_apply(run, reason=reason, may_force=may_force)
    written = " ".join(reason.split())
    _move(actor, run, RunState.APPLYING, reason=written)
    _say(actor, APPLY_ASKED, run, reason=f", malgré un garde-fou : {written}" if run.guards else "")
    ring_work(run)


def apply_if_asked(*, actor: Actor, run: Run) -> None:
    """Applies a checked run whose software asked for it, unless a guard stops it: then it waits for a person."""
    if run.then_apply and not run.guards:
        apply_run(actor=actor, run=run, reason="", may_force=False)


def retry_sites(*, actor: Actor, run: Run) -> None:
    """Applies again the sites that were refused. Refuses (DomainError) when there is none."""
    refused = SiteRun.objects.filter(run=run, state=SiteState.FAILED)
    if run.state != RunState.APPLIED or not refused.exists():
        raise DomainError("No refused site", "Aucun site n'a été refusé : il n'y a rien à reprendre.")
    _move(actor, run, RunState.APPLYING)
    refused.update(state=SiteState.WAITING, failure="")
    _say(actor, APPLY_ASKED, run, reason=" de nouveau, pour les sites refusés")
    ring_work(run)


def undo_run(*, actor: Actor, run: Run) -> None:
    """Asks for the undoing of an applied run. Refuses (DomainError) after 7 days."""
    check_can_undo(run)
    _move(actor, run, RunState.UNDOING)
    _say(actor, UNDO_ASKED, run)
    ring_work(run)


def abandon_run(*, actor: Actor, run: Run) -> None:
    """Closes a run of which nothing was applied, and deletes its file and its lines. Refuses (DomainError) another."""
    check_can_abandon(run)
    _move(actor, run, RunState.ABANDONED)
    DepositedFile.objects.filter(run=run).delete()
    Line.objects.filter(run=run).delete()
    SiteRun.objects.filter(run=run).delete()
    _say(actor, ABANDONED, run)


def set_guards(*, actor: Actor, values: Mapping[str, int]) -> GuardSettings:
    """The limits beyond which imports of this group stop and ask."""
    found = GuardSettings.objects.first() or GuardSettings()
    before = {name: getattr(found, name) for name in values}
    for name, value in values.items():
        setattr(found, name, value)
    found.save()
    record(actor, GUARDS_SET, object_kind="hr_guards", object_id=found.pk, before=before, after=dict(values))
    return found


def _move(actor: Actor, run: Run, target: RunState, **values: Any) -> None:
    RUN_TRANSITIONS.move_one(
        run, target, _MOVED, moved_at=now(), actor_id=actor.actor_id, actor_name=actor.actor_name, **values
    )


def _say(actor: Actor, act: Act, run: Run, **values: Any) -> None:
    record(actor, act, object_kind="hr_import", object_id=run.pk, object=run.file_name, **values)
