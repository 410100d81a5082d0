"""The shop's API."""

from fastapi import FastAPI

from shop import customers, orders, products

app = FastAPI(title="Shop", version="1.4.0")
app.include_router(products.router)
app.include_router(customers.router)
app.include_router(orders.router)


@app.get("/health", include_in_schema=False)
async def health() -> dict[str, str]:
    return {"status": "ok"}
