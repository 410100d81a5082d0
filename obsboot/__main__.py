"""`python -m obsboot`."""

from obsboot.cli import main

main()
