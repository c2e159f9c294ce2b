"""The pages, one module a subject: a router each, put together by `application`."""
