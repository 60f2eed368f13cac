"""What a user chooses: settings files, and what they say about encoders and data."""
