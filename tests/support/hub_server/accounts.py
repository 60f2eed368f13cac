"""Who may do what on the test Hub."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """One token and what it allows.

    Args:
        name: The user.
        role: `"read"`, `"write"` or `"fineGrained"` (which says nothing about what it allows before it is tried).
        organizations: Names of the user's organisations, with the role in each.
        may_write_to: Namespaces that a write really succeeds in; the user's own and the organisations by default.
    """

    name: str
    role: str = "write"
    organizations: dict[str, str] = field(default_factory=dict)
    may_write_to: frozenset[str] | None = None

    def can_read(self, namespace: str) -> bool:
        """Whether private repositories of a namespace can be seen."""
        return namespace == self.name or namespace in self.organizations

    def can_write(self, namespace: str) -> bool:
        """Whether repositories of a namespace can be made and changed."""
        if self.role == "read":
            return False
        if self.may_write_to is not None:
            return namespace in self.may_write_to
        return namespace == self.name or self.organizations.get(namespace) in ("write", "admin", "contributor")

    def whoami(self) -> dict:
        """What `/api/whoami-v2` says."""
        return {
            "type": "user",
            "id": "1" * 24,
            "name": self.name,
            "fullname": self.name.title(),
            "orgs": [
                {"type": "org", "name": name, "roleInOrg": role} for name, role in sorted(self.organizations.items())
            ],
            "auth": {"type": "access_token", "accessToken": {"displayName": "test", "role": self.role}},
        }
