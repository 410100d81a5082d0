"""Orders: one transaction takes the goods out of stock and notes the price of the day."""

from fastapi import APIRouter, HTTPException
from sqlalchemy import select

from shop import models, schemas
from shop.cache import Cache
from shop.database import Database

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=201)
def place_order(new: schemas.NewOrder, database: Database, cache: Cache) -> schemas.Order:
    if database.get(models.Customer, new.customer_id) is None:
        raise HTTPException(422, "no such customer")
    products = lock_products(database, [line.product_id for line in new.lines])
    order = models.Order(customer_id=new.customer_id, lines=[take(line, products) for line in new.lines])
    database.add(order)
    database.commit()
    cache.forget(*products)  # their stock changed
    return schemas.Order.model_validate(order)


def lock_products(database: Database, product_ids: list[int]) -> dict[int, models.Product]:
    """Locks the rows in the order of their ids, so that two orders of the same goods cannot deadlock."""
    rows = select(models.Product).where(models.Product.id.in_(product_ids)).order_by(models.Product.id)
    return {product.id: product for product in database.scalars(rows.with_for_update())}


def take(line: schemas.NewLine, products: dict[int, models.Product]) -> models.OrderLine:
    product = products.get(line.product_id)
    if product is None:
        raise HTTPException(422, f"no product {line.product_id}")
    if product.stock < line.quantity:
        raise HTTPException(409, f"only {product.stock} of product {product.id} left")
    product.stock -= line.quantity
    return models.OrderLine(product_id=product.id, quantity=line.quantity, price_cents=product.price_cents)


@router.get("/{order_id}")
def read_order(order_id: int, database: Database) -> schemas.Order:
    order = database.get(models.Order, order_id)
    if order is None:
        raise HTTPException(404, "no such order")
    return schemas.Order.model_validate(order)
