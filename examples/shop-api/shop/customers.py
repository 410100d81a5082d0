"""Customers and what they ordered."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shop import models, schemas
from shop.database import Database

router = APIRouter(prefix="/customers", tags=["customers"])


@router.post("", status_code=201)
def create_customer(new: schemas.NewCustomer, database: Database) -> schemas.Customer:
    customer = models.Customer(email=new.email, name=new.name)
    database.add(customer)
    try:
        database.commit()
    except IntegrityError as error:
        database.rollback()
        raise HTTPException(409, "this email address is taken") from error
    return schemas.Customer.model_validate(customer)


@router.get("/{customer_id}")
def read_customer(customer_id: int, database: Database) -> schemas.Customer:
    customer = database.get(models.Customer, customer_id)
    if customer is None:
        raise HTTPException(404, "no such customer")
    return schemas.Customer.model_validate(customer)


@router.get("/{customer_id}/orders")
def list_orders(
    customer_id: int, database: Database, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[schemas.Order]:
    """The latest orders first."""
    orders = (
        select(models.Order)
        .where(models.Order.customer_id == customer_id)
        .order_by(models.Order.id.desc())
        .limit(limit)
    )
    return [schemas.Order.model_validate(order) for order in database.scalars(orders)]
