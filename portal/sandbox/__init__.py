"""Stand-ins of Pro Santé Connect and of a group's identity provider, served by a process of their own."""
