"""Settings, from the environment."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = "postgresql+psycopg://shop@localhost/shop"
    redis_url: str = "redis://localhost:6379/0"
    product_cache_seconds: int = 60


settings = Settings()
