"""An error of the domain: an English sentence for the log, a French one for the screen."""


class DomainError(Exception):
    """A rule refused. `french` tells the person what to do next; `field` names the form field when there is one."""

    def __init__(self, english: str, french: str, field: str | None = None) -> None:
        super().__init__(english)
        self.french = french
        self.field = field
