from portal.foundation.tenancy.context import (
    PLATFORM,
    TenancyError,
    Tenant,
    clock,
    current_group_id,
    current_tenant,
    group_wide,
    operator,
    tenant,
)

__all__ = [
    "PLATFORM",
    "TenancyError",
    "Tenant",
    "clock",
    "current_group_id",
    "current_tenant",
    "group_wide",
    "operator",
    "tenant",
]
