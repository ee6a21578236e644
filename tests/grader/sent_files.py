"""The good file that the stories vary, and what it is packed in."""

import io
import zipfile

ROWS = "id,rating\n3,3.5\n1,1\n5,5\n2,2.25\n4,4e0\n"


def zipped(members: dict[str, str]) -> bytes:
    """A zip archive with these texts under these names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()
