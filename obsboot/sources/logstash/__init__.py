"""What a folder's Logstash files say: pipelines, their plugins, patterns, and what is known of their events."""
