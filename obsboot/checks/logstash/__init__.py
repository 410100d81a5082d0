"""Logstash's pipelines, in whatever folder they are."""
