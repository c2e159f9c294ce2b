"""What is told of advertising: to operators what choosing otherwise would bring, to advertisers sizes and counts."""
