"""The error of a statement that a sealed column does not allow."""

from __future__ import annotations

from sqlalchemy.exc import DontWrapMixin

from .._errors import InvalidArgumentError


class SealedColumnError(InvalidArgumentError, DontWrapMixin):
    """A definition or a statement asks of a sealed column what it cannot do.

    SQLAlchemy does not wrap it in `StatementError`, which would show the statement's parameters.
    """
