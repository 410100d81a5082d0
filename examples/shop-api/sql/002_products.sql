INSERT INTO products (name, price_cents, stock)
SELECT 'Product ' || n, 199 + n * 37 % 9800, 1000
FROM generate_series(1, 500) AS n;
