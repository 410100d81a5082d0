"""Products: read often, through the cache; changed seldom."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from sqlalchemy import select

from shop import models, schemas
from shop.cache import Cache
from shop.database import Database

router = APIRouter(prefix="/products", tags=["products"])


@router.get("")
def list_products(
    database: Database,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[int, Query(ge=0)] = 0,
) -> list[schemas.Product]:
    """One page, by id. The next page begins after the last id of this one."""
    page = select(models.Product).where(models.Product.id > after).order_by(models.Product.id).limit(limit)
    return [schemas.Product.model_validate(product) for product in database.scalars(page)]


@router.get("/{product_id}", response_model=schemas.Product)
def read_product(product_id: int, database: Database, cache: Cache) -> Response:
    copy = cache.read(product_id)
    if copy is None:
        product = database.get(models.Product, product_id)
        if product is None:
            raise HTTPException(404, "no such product")
        copy = schemas.Product.model_validate(product).model_dump_json()
        cache.write(product_id, copy)
    return Response(copy, media_type="application/json")


@router.put("/{product_id}/price")
def change_price(product_id: int, price: schemas.NewPrice, database: Database, cache: Cache) -> schemas.Product:
    product = database.get(models.Product, product_id)
    if product is None:
        raise HTTPException(404, "no such product")
    product.price_cents = price.price_cents
    database.commit()
    cache.forget(product_id)
    return schemas.Product.model_validate(product)
