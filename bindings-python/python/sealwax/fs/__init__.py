"""Sealed objects behind fsspec: what opens a URL opens them, and reads plaintext.

`SealwaxFileSystem` lies over any file system of fsspec and seals what is written to it. It is
registered under the protocol `sealwax`, which stands before the URL of the store:

>>> import fsspec, sealwax
>>> key = sealwax.LocalKey.generate()
>>> with fsspec.open("sealwax::memory://tides/today.csv", "w", sealwax={"keys": key}) as file:
...     _ = file.write("06:12,high")
>>> with fsspec.open("sealwax::memory://tides/today.csv", "r", sealwax={"keys": key}) as file:
...     file.read()
'06:12,high'
"""

from __future__ import annotations

from .._public import publish as _publish
from ._filesystem import SealwaxFileSystem

__all__ = ["SealwaxFileSystem"]

_publish(globals())
