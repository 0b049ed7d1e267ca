"""What the demo's first group shows beyond its people and their stays, each written by the product's own operations."""

from portal.demo.seed.country import demo_sizes
from portal.demo.seed.directory_scene import seed_directory
from portal.demo.seed.doubles import seed_doubles
from portal.demo.seed.hr_files import seed_hr_imports
from portal.demo.seed.keys_scene import seed_keys
from portal.demo.seed.registrations_scene import seed_registrations
from portal.demo.seed.review_scene import seed_review
from portal.demo.seed.rpps_plus_scene import seed_rpps_plus
from portal.demo.seed.self_registrations_scene import seed_self_registrations
from portal.demo.seed.situations_scene import seed_situations
from portal.demo.seed.writing import group_id_of
from portal.foundation.tenancy import tenant
from portal.journal.sealing import seal_group

SCENES = (
    seed_hr_imports,
    seed_directory,
    seed_keys,
    seed_doubles,
    seed_review,
    seed_registrations,
    seed_rpps_plus,
    seed_self_registrations,
    seed_situations,
)


def seed_scenes(sites: int, people: int, *, seed: int) -> None:
    """Each scene once, in order; every one finds what it wrote before and leaves it. The journal is sealed at the end."""
    group_id = group_id_of(demo_sizes(sites, people)[0], seed)
    for write in SCENES:
        write(group_id)
    with tenant(group_id):
        seal_group(group_id)
