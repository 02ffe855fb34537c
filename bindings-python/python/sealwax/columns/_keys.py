"""Keys of columns, behind caches: one data key seals the values of many rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Optional, Union

from .._call_context import current_name
from .._errors import FormatError, InvalidTypeError, SealwaxError
from .._public import belong
from .._sealwax import CachingDecryptor, CachingEncryptor
from ._cell import Cell


class ColumnKeys:
    """Seals and opens values of columns, with few calls of the KMS.

    Columns that are given the same object share its data keys. `keys` are providers, or references
    such as `vault:clinic`, which `sealwax.config` resolves on first use. `context` is stored in the
    clear in every value, and required of every value that is opened. A data key seals at most
    `max_messages` values for at most `max_age` seconds; `capacity` opened data keys are remembered
    for as long.

    It is not pickled, and neither is a column that has it. A forked process starts with empty
    caches.
    """

    def __init__(
        self,
        keys: Any,
        *,
        context: Optional[Mapping[str, str]] = None,
        capacity: int = 1000,
        max_age: float = 300.0,
        max_messages: int = 65_536,
    ) -> None:
        self._keys = keys if isinstance(keys, str) or hasattr(keys, "provider_id") else tuple(keys)
        self._context = dict(context or {})
        self._limits = (capacity, max_age, max_messages)
        self._caches: Optional[tuple[int, CachingEncryptor, CachingDecryptor]] = None

    def seal(self, data: bytes, cell: Cell) -> bytes:
        """The envelope of a value, for its cell."""
        token = current_name.set(cell)
        try:
            return self._made()[1].encrypt(
                data, context=self._context, associated_data=cell.associated_data()
            )
        except SealwaxError as error:
            error._name(str(cell))
            raise
        finally:
            current_name.reset(token)

    def open(self, envelope: Union[bytes, str], cell: Cell) -> bytes:
        """The value that was sealed for a cell."""
        token = current_name.set(cell)
        try:
            if isinstance(envelope, str):
                raise FormatError("the value is text, and an envelope is bytes")
            return self._made()[2].decrypt(
                envelope, context=self._context, associated_data=cell.associated_data()
            )
        except SealwaxError as error:
            error._name(str(cell))
            raise
        finally:
            current_name.reset(token)

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        """Hits and misses of both caches; a miss calls the KMS once for each provider."""
        _, encryptor, decryptor = self._made()
        return {"seal": encryptor.stats, "open": decryptor.stats}

    def clear(self) -> None:
        """Wipes all data keys."""
        self._caches = None

    def _made(self) -> tuple[int, CachingEncryptor, CachingDecryptor]:
        made = self._caches
        if made is None or made[0] != os.getpid():
            keys = resolved(self._keys)
            capacity, max_age, messages = self._limits
            encryptor = CachingEncryptor(keys, capacity, max_age, messages)
            made = (os.getpid(), encryptor, CachingDecryptor(keys, capacity, max_age))
            self._caches = made
        return made

    def __reduce__(self) -> Any:
        raise InvalidTypeError("keys of columns are not pickled: make them in every process")

    def __repr__(self) -> str:
        return f"ColumnKeys(context={self._context!r})"


def resolved(keys: Any) -> list[Any]:
    """The providers of keys; references are resolved in this process."""
    from ..config import Config

    return list(Config.load().resolve(keys))


belong("sealwax.columns", ColumnKeys)
