"""`manage.py shell`: tenant data only through the door, which is there from the start: `with tenant(group_id): …`."""

from django.core.management.commands import shell


class Command(shell.Command):
    def get_auto_imports(self) -> list[str]:
        """Django's own, and the doors."""
        return [
            *(super().get_auto_imports() or []),
            "portal.foundation.tenancy.tenant",
            "portal.foundation.tenancy.operator",
            "tenants.groups.queries.group_by_slug",
        ]
