"""People somebody may know, by way of those they know already: of edges that the one who asks could see anyhow."""
