"""Engines of asyncio, by three drivers."""

from __future__ import annotations

import asyncio

import pytest

sa = pytest.importorskip("sqlalchemy")
pytest.importorskip("aiosqlite")
pytest.importorskip("asyncpg")

from sealwax.sqlalchemy import SealedColumnError, open_value  # noqa: E402
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine  # noqa: E402
from sqlalchemy.orm import selectinload  # noqa: E402

from .clinic import Base, Patient, Visit  # noqa: E402


@pytest.fixture(params=["aiosqlite", "asyncpg", "psycopg"])
def async_url(request, tmp_path):
    if request.param == "aiosqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/clinic.db"
    url = request.getfixturevalue("databases")()
    return url.replace("+psycopg", f"+{request.param}")


def test_an_async_session_writes_and_loads(async_url):
    async def run():
        engine = create_async_engine(async_url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        make = async_sessionmaker(engine, expire_on_commit=False)
        async with make() as session:
            session.add_all([Patient(name=str(i), visits=[Visit(reason="r")]) for i in range(20)])
            await session.commit()
        async with make() as session:
            query = sa.select(Patient).options(selectinload(Patient.visits))
            patients = (await session.scalars(query)).all()
            assert sorted(int(patient.name) for patient in patients) == list(range(20))
            assert {visit.reason for patient in patients for visit in patient.visits} == {"r"}
            patient = patients[0]
            patient.name = "changed"
            await session.commit()
            await session.refresh(patient)
            assert patient.name == "changed"
            with pytest.raises(SealedColumnError):
                await session.execute(sa.update(Patient).values(name="s3cret"))
        async with engine.connect() as connection:
            stream = await connection.stream(sa.select(Patient.id, Patient.name))
            async for key, value in stream:
                assert open_value(value, Patient.name, key)
        await engine.dispose()

    asyncio.run(run())
