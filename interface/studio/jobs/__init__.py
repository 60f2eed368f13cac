"""Work that takes minutes, in processes of its own, beside a sitting."""
