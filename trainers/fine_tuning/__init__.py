"""Fine-tuning of a recognizer on labelled sentences (sections 4.1 and 6)."""
