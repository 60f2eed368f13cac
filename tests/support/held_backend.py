"""A backend whose answers a test holds back."""

import threading


class HeldBackend:
    """Computes as another backend does, but not before it is let go."""

    def __init__(self, backend):
        self.backend = backend
        self.batch_tokens, self.max_padding = backend.batch_tokens, backend.max_padding
        self.let_go = threading.Event()

    def __call__(self, input_ids, attention_mask):
        assert self.let_go.wait(timeout=60)
        return self.backend(input_ids, attention_mask)
