"""HTML files that stand alone: the frame and the parts of their templates, their style, and the shapes of pictures."""
