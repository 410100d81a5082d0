"""What the API takes and gives."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class FromTable(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class NewCustomer(BaseModel):
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)
    name: str = Field(min_length=1, max_length=200)


class Customer(FromTable):
    id: int
    email: str
    name: str


class Product(FromTable):
    id: int
    name: str
    price_cents: int
    stock: int


class NewPrice(BaseModel):
    price_cents: int = Field(ge=0)


class NewLine(BaseModel):
    product_id: int
    quantity: int = Field(ge=1, le=100)


class NewOrder(BaseModel):
    customer_id: int
    lines: list[NewLine] = Field(min_length=1, max_length=50)


class OrderLine(FromTable):
    product_id: int
    quantity: int
    price_cents: int


class Order(FromTable):
    id: int
    customer_id: int
    created_at: datetime
    total_cents: int
    lines: list[OrderLine]
