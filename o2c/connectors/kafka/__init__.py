"""Kafka: lanes that read, a sink that confirms, and the topics that both need."""
