"""Shopify's product CSV: brought into a mall, and written back out of it.

    reading    bytes into groups of rows, one group per handle
    rules      a group into goods that can be stored, or the reasons why not
    merging    what of a product the file changes, and what it leaves alone
    pictures   fetching what the file names
    shelving   categories, brands and tags that the goods need
    writing    storing a few products in one transaction
    importing  all of it in order;  reporting  what came of it
    exporting  the way back

What a file does not speak of stays as it is; running a file again changes nothing.
"""
