from fastapi.testclient import TestClient


def test_pages_follow_each_other(client: TestClient) -> None:
    first = client.get("/products", params={"limit": 20}).json()
    second = client.get("/products", params={"limit": 20, "after": first[-1]["id"]}).json()
    assert [product["id"] for product in first + second] == list(range(1, 31))


def test_second_read_comes_from_the_cache(client: TestClient, cached: dict[str, str]) -> None:
    assert client.get("/products/7").json()["price_cents"] == 700
    cached["product:7"] = cached["product:7"].replace("700", "1")
    assert client.get("/products/7").json()["price_cents"] == 1


def test_new_price_is_read_at_once(client: TestClient) -> None:
    client.get("/products/7")
    client.put("/products/7/price", json={"price_cents": 650})
    assert client.get("/products/7").json()["price_cents"] == 650


def test_unknown_product_is_not_cached(client: TestClient, cached: dict[str, str]) -> None:
    assert client.get("/products/99").status_code == 404
    assert not cached
