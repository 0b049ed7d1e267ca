"""When a digest may leave and what it may say. All times are those of a clock in Paris."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from portal.foundation.clock import PARIS, today
from portal.foundation.errors import DomainError
from tenants.notices.kinds import BY_CODE, CHOICES, KINDS, NoticeKind
from tenants.notices.models import Preferences
from tenants.notices.states import BounceKind, Rhythm

LATEST = timedelta(hours=4)  # after the chosen hour: beyond, tomorrow's digest says it all
LONGEST_PAUSE = timedelta(days=366)
SATURDAY = 5  # date.weekday()
SOFT_LIMIT, SOFT_SPAN = 5, timedelta(days=7)


def is_quiet(preferences: Preferences, hour: time) -> bool:
    """Whether that time of day stands in the person's quiet hours; the same two hours mean that there are none."""
    start, end = preferences.quiet_from, preferences.quiet_until
    return start <= hour < end if start <= end else hour >= start or hour < end


def may_leave_now(preferences: Preferences, moment: datetime) -> bool:
    """Whether a digest may leave at that moment: from the chosen hour on, for four hours, outside of quiet hours.

    By the clock on the wall, so that the hour that summer time skips or repeats changes nothing.
    """
    local = moment.astimezone(PARIS)
    hour = local.time()
    since = timedelta(
        hours=hour.hour, minutes=hour.minute, seconds=hour.second, microseconds=hour.microsecond
    )
    chosen = timedelta(hours=preferences.send_at.hour, minutes=preferences.send_at.minute)
    on_time = timedelta(0) <= since - chosen <= LATEST
    return on_time and not is_quiet(preferences, hour) and is_day(preferences, local.date())


def is_day(preferences: Preferences, day: date) -> bool:
    """Whether a digest may leave that day: weekends only for those who asked."""
    return preferences.on_weekends or day.weekday() < SATURDAY


def next_leaving(preferences: Preferences, moment: datetime, *, done_on: date | None) -> datetime:
    """When the next digest is due, as a moment in Paris. `done_on`: the day of the last one."""
    day = moment.astimezone(PARIS).date()
    is_over = moment.astimezone(PARIS).time() > preferences.send_at and not may_leave_now(preferences, moment)
    if done_on == day or is_over:
        day += timedelta(days=1)
    while not is_day(preferences, day):
        day += timedelta(days=1)
    return datetime.combine(day, preferences.send_at, tzinfo=PARIS)


def rhythm_of(preferences: Preferences, kind: NoticeKind) -> Rhythm:
    """What the person chose, else the kind's own; an obligation keeps its own."""
    if kind.obligation:
        return kind.rhythm
    chosen = preferences.rhythms.get(kind.code)
    return Rhythm(chosen) if chosen in CHOICES else kind.rhythm


def kinds_told(preferences: Preferences, day: date, *, first_of_week: bool) -> list[NoticeKind]:
    """The kinds that a digest of that day looks at. Obligations outlast an unsubscription and a pause."""
    is_held = preferences.unsubscribed_at is not None or is_paused(preferences, day)
    wanted = {Rhythm.DAILY, *([Rhythm.WEEKLY] if first_of_week else [])}
    return [
        one
        for one in KINDS
        if one.in_digest and rhythm_of(preferences, one) in wanted and (one.obligation or not is_held)
    ]


def is_paused(preferences: Preferences, day: date) -> bool:
    """« En pause jusqu'au »: that day included."""
    return preferences.paused_until is not None and day <= preferences.paused_until


def check_preferences(preferences: Preferences) -> None:
    """Refuses (DomainError) an hour inside the quiet hours, a pause that is over or longer than a year."""
    if is_quiet(preferences, preferences.send_at):
        raise DomainError(
            "Digest hour in quiet hours",
            "Cette heure tombe dans vos heures de silence : choisissez-en une autre, ou changez le silence.",
            "send_at",
        )
    if preferences.paused_until is not None and preferences.paused_until < today():
        raise DomainError("Past pause", "Cette date est passée : choisissez-en une à venir.", "paused_until")
    if preferences.paused_until is not None and preferences.paused_until > today() + LONGEST_PAUSE:
        raise DomainError(
            "Endless pause",
            "Une pause dure un an au plus : pour ne plus rien recevoir, décochez « Recevoir le récapitulatif ».",
            "paused_until",
        )


def check_rhythms(rhythms: Mapping[str, str]) -> None:
    """Refuses (DomainError) an unknown kind, one that is an obligation, and a rhythm that no digest has."""
    for code, rhythm in rhythms.items():
        kind = BY_CODE.get(code)
        if kind is None or kind.obligation or rhythm not in CHOICES:
            raise DomainError(
                f"No choice of {rhythm} for {code}",
                "Cet avis ne se règle pas ainsi : rechargez la page et recommencez.",
            )


def bounce_kind(status: str) -> BounceKind | None:
    """Of an enhanced status code (RFC 3463 §3.1: class 5 permanent, 4 transient); None for anything else."""
    return {"5": BounceKind.HARD, "4": BounceKind.SOFT}.get(status[:1])


_SUBJECTS = {
    "1": "cette adresse n'existe pas, ou plus",
    "2": "la boîte est pleine ou fermée",
    "3": "le serveur de cette adresse ne prend plus de courriel",
    "4": "le serveur de cette adresse n'est pas joignable",
    "7": "le serveur de cette adresse refuse nos courriels",
}


def why_it_bounced(status: str) -> str:
    """In French, from the subject digit of an enhanced status code (RFC 3463 §3.2 to 3.8)."""
    subject = status.split(".")[1] if status.count(".") == 2 else ""
    return _SUBJECTS.get(subject, "le courriel a été refusé")
