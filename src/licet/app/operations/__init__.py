"""The operations of a workspace, by what they are about; each a class over a `Core`, with no state of its own."""
