"""What is shared with recipients of advertising data, and taken back: audiences, deliveries, who has whom."""
