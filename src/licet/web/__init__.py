"""The pages and the API: a thin door over `app`, for members, operators and platforms that keep their own pages.

`application` puts the parts together: `security_middleware` (headers, sizes), `authentication` (who asks), the pages
under `pages`, the API under `api`. Everything shown comes from the workspace; nothing is decided here.
"""
