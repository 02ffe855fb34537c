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


def load_part(package: str, modules: dict[str, str], name: str) -> Any:
    """A public name from the module that defines it, for `__getattr__` of a package."""
    if name not in modules:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(modules[name], package), name)
