"""The commands around the job, one a module; `o2c.flows.cli` puts them under `o2c`."""
