"""Take the README's picture out of the notebook: `python docs/side_by_side.py`."""

import base64
from pathlib import Path

import nbformat

HERE = Path(__file__).resolve().parent


def picture():
    """Return the PNG that the notebook's cell `side-by-side` draws, as bytes."""
    notebook = nbformat.read(HERE.parent / "Initialization.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == "side-by-side"]
    (png,) = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
    return base64.b64decode(png)


if __name__ == "__main__":
    (HERE / "side_by_side.png").write_bytes(picture())
