"""What members ask of the platform beside their choices, each with its own clock."""
