"""HTML files that stand alone: their markup, the page around it, and the shapes of their pictures."""
