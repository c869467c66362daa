"""What a page of listings says."""


def html(response):
    """The page's source, its white space alike."""
    return " ".join(response.content.decode().split())
