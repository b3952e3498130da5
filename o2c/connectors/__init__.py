"""Thin adapters to what lies outside: Kafka, Redis, RocksDB, files."""
