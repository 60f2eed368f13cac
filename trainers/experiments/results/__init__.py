"""What experiments measured: tables with significance, pictures and one page of all."""
