"""The pure core: no engine, no connector, no store, no clock; time and feed progress are arguments."""
