"""Ads bought and sold by OpenRTB 2.6: what is read of a request, and what may be in an answer and in a request sent."""
