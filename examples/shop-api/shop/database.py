"""The database engine and its sessions."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from shop.settings import settings

engine = create_engine(
    settings.database_url,
    pool_size=10,
    max_overflow=5,
    pool_timeout=5,
    pool_pre_ping=True,
)
sessions = sessionmaker(engine)


def open_session() -> Iterator[Session]:
    with sessions() as session:
        yield session


Database = Annotated[Session, Depends(open_session)]
