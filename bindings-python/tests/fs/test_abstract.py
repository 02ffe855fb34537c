"""fsspec's own suites, over three file systems."""

from __future__ import annotations

import os
from typing import Any

import pytest
from fsspec.tests import abstract

from .conftest import KEY, fsspec, s3_options


class Fixtures(abstract.AbstractFixtures):
    @pytest.fixture
    def fs_join(self) -> Any:
        return lambda *parts: "/".join(parts)


class OverMemory(Fixtures):
    @pytest.fixture
    def fs(self, memory: Any) -> Any:
        return memory

    @pytest.fixture
    def fs_path(self, folders: dict[str, str]) -> str:
        return folders["memory"]


class OverLocal(Fixtures):
    @pytest.fixture
    def fs(self, local: Any) -> Any:
        return local

    @pytest.fixture
    def fs_path(self, folders: dict[str, str]) -> str:
        os.makedirs(folders["local"])
        return folders["local"]


class OverS3(Fixtures):
    @pytest.fixture
    def fs(self, folderless: str) -> Any:
        below = {"target_protocol": "s3", "target_options": s3_options(folderless)}
        return fsspec.filesystem("sealwax", keys=KEY, **below)

    @pytest.fixture
    def fs_path(self, folders: dict[str, str]) -> str:
        return folders["s3"]

    @pytest.fixture
    def supports_empty_directories(self) -> bool:
        return False


class TestCopyOverMemory(abstract.AbstractCopyTests, OverMemory):
    pass


class TestGetOverMemory(abstract.AbstractGetTests, OverMemory):
    pass


class TestPutOverMemory(abstract.AbstractPutTests, OverMemory):
    pass


class TestOpenOverMemory(abstract.AbstractOpenTests, OverMemory):
    pass


class TestPipeOverMemory(abstract.AbstractPipeTests, OverMemory):
    pass


class TestCopyOverLocal(abstract.AbstractCopyTests, OverLocal):
    pass


class TestGetOverLocal(abstract.AbstractGetTests, OverLocal):
    pass


class TestPutOverLocal(abstract.AbstractPutTests, OverLocal):
    pass


class TestOpenOverLocal(abstract.AbstractOpenTests, OverLocal):
    pass


class TestPipeOverLocal(abstract.AbstractPipeTests, OverLocal):
    pass


@pytest.mark.xdist_group("s3")
class TestCopyOverS3(abstract.AbstractCopyTests, OverS3):
    pass


@pytest.mark.xdist_group("s3")
class TestGetOverS3(abstract.AbstractGetTests, OverS3):
    pass


@pytest.mark.xdist_group("s3")
class TestPutOverS3(abstract.AbstractPutTests, OverS3):
    pass


@pytest.mark.xdist_group("s3")
class TestOpenOverS3(abstract.AbstractOpenTests, OverS3):
    pass


@pytest.mark.xdist_group("s3")
class TestPipeOverS3(abstract.AbstractPipeTests, OverS3):
    pass
