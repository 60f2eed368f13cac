"""The few-shot comparison of frozen encoders (section 4.1)."""
