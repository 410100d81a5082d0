"""The API on SQLite in memory, with a dictionary for a cache."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.orm import Session

from shop.cache import ProductCache, product_cache
from shop.database import open_session
from shop.main import app
from shop.models import Base, Customer, Product


class Dictionary(dict[str, str]):
    """As much of a Redis client as the cache needs."""

    def set(self, name: str, value: str, ex: int) -> None:
        assert ex > 0
        self[name] = value

    def delete(self, *names: str) -> None:
        for name in names:
            self.pop(name, None)


@pytest.fixture
def cached() -> Dictionary:
    return Dictionary()


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Product(name=f"Product {n}", price_cents=n * 100, stock=5) for n in range(1, 31))
        session.add(Customer(email="ada@example.org", name="Ada"))
        session.commit()
        yield session


@pytest.fixture
def client(session: Session, cached: Dictionary) -> Iterator[TestClient]:
    app.dependency_overrides = {
        open_session: lambda: session,
        product_cache: lambda: ProductCache(cached, ttl_seconds=60),
    }
    yield TestClient(app)
    app.dependency_overrides = {}
