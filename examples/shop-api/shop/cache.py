"""Cache-aside for products: Redis holds copies for a while, PostgreSQL the truth."""

import logging
from functools import cache
from typing import Annotated, Any, Protocol

import redis
from fastapi import Depends
from redis.backoff import NoBackoff
from redis.retry import Retry

from shop.settings import settings

log = logging.getLogger("shop.cache")


class Client(Protocol):
    def get(self, name: str) -> Any: ...
    def set(self, name: str, value: str, ex: int) -> Any: ...
    def delete(self, *names: str) -> Any: ...


class ProductCache:
    """Copies of products as JSON. Without Redis the shop is slower, but works."""

    def __init__(self, client: Client, ttl_seconds: int) -> None:
        self.client = client
        self.ttl_seconds = ttl_seconds

    def read(self, product_id: int) -> str | None:
        try:
            copy: str | None = self.client.get(self.key(product_id))
        except redis.RedisError as error:
            log.warning("cache not readable: %s", error)
            return None
        return copy

    def write(self, product_id: int, copy: str) -> None:
        try:
            self.client.set(self.key(product_id), copy, ex=self.ttl_seconds)
        except redis.RedisError as error:
            log.warning("cache not writable: %s", error)

    def forget(self, *product_ids: int) -> None:
        try:
            self.client.delete(*map(self.key, product_ids))
        except redis.RedisError as error:
            log.warning("cache not writable: %s", error)

    @staticmethod
    def key(product_id: int) -> str:
        return f"product:{product_id}"


@cache
def product_cache() -> ProductCache:
    client = redis.Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=0.5,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), retries=1),
    )
    return ProductCache(client, settings.product_cache_seconds)


Cache = Annotated[ProductCache, Depends(product_cache)]
