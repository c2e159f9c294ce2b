"""The pages and the API: a thin door over `app`, for members, operators and platforms that keep their own pages.

`application` puts the parts together: `guard` (headers, sizes, rates), `visitors` (who is asking), the pages under
`pages`, the API under `api`. Everything shown comes from the workspace; nothing is decided here.
"""
