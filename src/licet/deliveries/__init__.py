"""What left, to whom, and what became of it: copies with a lease, the feed that takes documents back out of them, and
what recipients answer. States say no more than is known.
"""

from licet.deliveries.acknowledgement import Acknowledgement, read_acknowledgement, write_acknowledgement
from licet.deliveries.delivery_book import Delivery, DeliveryBook
from licet.deliveries.delivery_state import AsOf, DeliveryState, Reach
from licet.deliveries.feed import FeedMessage, opening_digest, read_message, write_message
from licet.deliveries.recipients import Recipient, load_recipients

__all__ = [
    "Acknowledgement",
    "AsOf",
    "Delivery",
    "DeliveryBook",
    "DeliveryState",
    "FeedMessage",
    "Reach",
    "Recipient",
    "load_recipients",
    "opening_digest",
    "read_acknowledgement",
    "read_message",
    "write_acknowledgement",
    "write_message",
]
