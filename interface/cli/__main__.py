"""`python -m nuner.cli`, for where the script `nuner` is not on the path (`torchrun -m nuner.cli pretrain ...`)."""

from . import main

main()
