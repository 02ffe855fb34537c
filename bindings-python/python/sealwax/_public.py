"""Public names belong to the module that users import them from."""

from __future__ import annotations

from typing import Any


def belong(module: str, *values: Any) -> None:
    """Has tracebacks, pickles and documentation name this module, and no private one."""
    for value in values:
        value.__module__ = module


def publish(namespace: dict[str, Any]) -> None:
    """The same for all that a module exports from private ones."""
    values = [namespace.get(name) for name in namespace["__all__"]]
    private = [value for value in values if "._" in (getattr(value, "__module__", None) or "")]
    belong(namespace["__name__"], *private)
