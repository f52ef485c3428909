"""What can go wrong with an embedded server: one exception whose text is one sentence for people."""

from shared.errors import UsherError


class ServerError(UsherError):
    """An embedded server cannot be used; the text says why and what to do."""
