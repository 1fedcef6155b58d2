"""CardDAV without Radicale: requests read with expat, rows rendered to octets.

Read in this order: `paths`, `login`, `reading` and `requests` (what was asked),
`answers`, `multistatus` and `properties` (what is answered), `exchange` (one
request on its way), then one module per method: `propfind`, `reports`,
`queries` with `filters`, and `resources`.
"""
