from fastapi.testclient import TestClient


def order(client: TestClient, product_id: int, quantity: int, customer_id: int = 1) -> tuple[int, dict[str, object]]:
    lines = [{"product_id": product_id, "quantity": quantity}]
    response = client.post("/orders", json={"customer_id": customer_id, "lines": lines})
    return response.status_code, response.json()


def test_order_takes_goods_out_of_stock(client: TestClient) -> None:
    client.get("/products/3")  # now cached with its old stock
    status, placed = order(client, product_id=3, quantity=2)
    assert (status, placed["total_cents"]) == (201, 600)
    assert client.get("/products/3").json()["stock"] == 3
    assert client.get("/customers/1/orders").json() == [placed]


def test_more_than_the_stock_is_refused(client: TestClient) -> None:
    assert order(client, product_id=3, quantity=6)[0] == 409
    assert client.get("/products/3").json()["stock"] == 5


def test_unknown_customer_or_product_is_refused(client: TestClient) -> None:
    assert order(client, product_id=99, quantity=1)[0] == 422
    assert order(client, product_id=3, quantity=1, customer_id=9)[0] == 422


def test_email_address_is_unique(client: TestClient) -> None:
    assert client.post("/customers", json={"email": "ada@example.org", "name": "Ada"}).status_code == 409
    assert client.post("/customers", json={"email": "bob@example.org", "name": "Bob"}).status_code == 201
