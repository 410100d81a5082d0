"""Log formats read three ways: by obsboot itself, as a Logstash filter, as an ingest pipeline. Pure functions all."""
