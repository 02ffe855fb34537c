"""The options that calls share: names and defaults, once. Their types are in `_types`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from inspect import Signature

    from ._types import FileText, FileWriting, Matching, Opening, Sealing

F = TypeVar("F", bound=Callable[..., Any])

SEALING: Sealing = {
    "context": None,
    "associated_data": None,
    "metadata": None,
    "padding": None,
    "require_all": True,
}
MATCHING: Matching = {"context": None, "associated_data": None}
OPENING: Opening = {**MATCHING, "header": None}
FILE_WRITING: FileWriting = {
    "overwrite": False,
    "durable": True,
    "mode": None,
    "sparse": "auto",
    "batch": None,
    "threads": 0,
    "progress": None,
}
FILE_PLACING = {"detached": False, "durable": True, "permissions": None}
FILE_TEXT: FileText = {"encoding": None, "errors": None, "newline": None}


def takes(*groups: Mapping[str, Any], **more: Any) -> Callable[[F], F]:
    """Completes the `**options` of a function with these defaults, and refuses all others."""
    defaults = _joined(*groups, more)

    def decorate(function: Any) -> Any:
        code = function.__code__
        known = {*code.co_varnames[: code.co_argcount], *defaults}

        def call(*arguments: Any, **options: Any) -> Any:
            if not known.issuperset(options):
                name = next(name for name in options if name not in known)
                what = f"{function.__name__}() got an unexpected keyword argument '{name}'"
                raise TypeError(what)
            return function(*arguments, **{**defaults, **options})

        update_wrapper(call, function)
        call.__wrapped__ = _Described(function, defaults)  # type: ignore[attr-defined]
        return call

    return decorate


def show(function: Any, *groups: Mapping[str, Any]) -> None:
    """Lets `help` name the options of a function that passes them on to one that takes them."""
    function.__signature__ = _Described(function, _joined(*groups)).__signature__


def _joined(*groups: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for group in groups for name, value in group.items()}


def chosen(options: Mapping[str, Any], group: Mapping[str, Any]) -> Any:
    """Those of the options that are in the group."""
    return {name: options[name] for name in group}


class _Described:
    """The signature of a function with its options, for `help` and `inspect`.

    It is made on demand, because the import of `inspect` would slow down every start.
    """

    def __init__(self, function: Any, defaults: Mapping[str, Any]) -> None:
        self.__wrapped__, self._defaults = function, defaults

    @property
    def __signature__(self) -> Signature:
        from inspect import Parameter, signature

        found = signature(self.__wrapped__)
        *named, _ = found.parameters.values()
        kind = Parameter.KEYWORD_ONLY
        options = [Parameter(name, kind, default=value) for name, value in self._defaults.items()]
        return found.replace(parameters=[*named, *options])
