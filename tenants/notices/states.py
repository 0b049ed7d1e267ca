"""How often a notice is told, how a digest ended, how lasting a bounce is."""

from django.db.models import TextChoices


class Rhythm(TextChoices):
    IMMEDIATE = "immediate", "Immédiat"
    DAILY = "daily", "Chaque jour"
    WEEKLY = "weekly", "Chaque semaine"
    NEVER = "never", "Jamais"


class DigestOutcome(TextChoices):
    PLANNED = "planned", "prévu"
    COMPOSED = "composed", "composé"
    EMPTY = "empty", "rien à signaler"
    TOO_LATE = "too_late", "trop tard ce jour-là"


class BounceKind(TextChoices):
    HARD = "hard", "définitif"
    SOFT = "soft", "passager"
