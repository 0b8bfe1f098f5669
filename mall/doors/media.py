"""The files of pictures: they never change under their names, so browsers keep them for ever."""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import SkipValidation

from mall import media
from mall.doors.given import AnyRequest
from mall.kernel.outside import Outside
from mall.kernel.problems import Nothing
from mall.tenants import Tenant

_FOR_EVER = "public, max-age=31536000, immutable"


@get("/media/{name:str}", opt={"access": "anyone"}, include_in_schema=False)
async def show_file(
    request: AnyRequest, name: str, outside: SkipValidation[Outside], tenant: Tenant
) -> Response[bytes]:
    """Give one file of a picture of this mall."""
    found = await media.file_of(outside, tenant.id, name)
    if found is None:
        raise Nothing("picture")
    headers = {"Cache-Control": _FOR_EVER, "ETag": found.etag}
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(found.content, media_type=found.content_type, headers=headers)


HANDLERS: list[HTTPRouteHandler] = [show_file]
