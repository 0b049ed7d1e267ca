"""A number typed back is believed once the Annuaire Santé shows it under an agreeing name: looked at every night, by set."""

# ruff: noqa: S608  the words are our own

from django.db import connection

from identities.national_directory.agreement import NAMES_AGREE
from identities.national_directory.operations import link_person
from identities.people.models import Person
from portal.foundation.clock import now, today
from portal.foundation.errors import DomainError
from portal.foundation.tenancy import current_group_id
from portal.journal.operations import Machine

PORTAL = Machine("la vérification de nuit")
_OTHER_NAME = "Le numéro est dans l'Annuaire Santé sous un autre nom : vérifiez-le, ou corrigez l'identité."
_MISSING = """
INSERT INTO rpps_plus_portalentry (id, group_id, establishment_id, request_id, degree_checked_by_name, contradiction)
SELECT gen_random_uuid(), r.group_id, r.establishment_id, r.id, '', '' FROM registrations_registrationrequest r
WHERE r.group_id = %s AND r.route <> 'psi' AND r.state = 'done' AND cardinality(r.rpps_numbers) = 1
ON CONFLICT DO NOTHING
"""
_LOOK = f"""
UPDATE rpps_plus_portalentry e SET looked_at = %s, contradiction = CASE WHEN {NAMES_AGREE} THEN '' ELSE %s END,
  verified_on = CASE WHEN {NAMES_AGREE} THEN %s::date ELSE NULL END
FROM registrations_registrationrequest r
JOIN people_person p ON p.group_id = r.group_id AND p.id = r.person_id
JOIN national_directory_nationalperson n ON n.number = r.rpps_numbers[1] AND n.number_type = '8'
WHERE e.group_id = %s AND e.verified_on IS NULL AND r.group_id = e.group_id AND r.id = e.request_id
  AND r.state = 'done' AND cardinality(r.rpps_numbers) = 1
RETURNING r.person_id, r.rpps_numbers[1], e.verified_on IS NOT NULL
"""


def verify_numbers() -> int:
    """Marks the numbers that appeared, agreeing or not, and links those that agree; says how many appeared.

    Run twice, the second finds nothing new but the contradictions, which stay as they are.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [current_group_id()])
        cursor.execute(_LOOK, [now(), _OTHER_NAME, today(), current_group_id()])
        found = cursor.fetchall()
    agreeing = {person_id: rpps for person_id, rpps, agrees in found if agrees}
    for person in Person.objects.filter(pk__in=agreeing, merged_into=None):
        try:
            link_person(actor=PORTAL, person=person, rpps=agreeing[person.pk])
        except DomainError:
            continue  # linked otherwise already: the Annuaire Santé page shows it
    return len(found)
