"""`python -m o2c` is `o2c`."""

from o2c.flows.cli import main

if __name__ == "__main__":
    main()
