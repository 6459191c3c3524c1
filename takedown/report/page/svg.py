"""A drawing made fit for the page: only shapes and text stay in it, and its colours become those of the page's style."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as Tree  # what is read was drawn by ourselves

from markupsafe import Markup

SVG = "http://www.w3.org/2000/svg"
TAGS = frozenset({"svg", "g", "path", "rect", "line", "text", "circle"})
KEPT = frozenset({
    "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "fill", "stroke",
    "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "fill-opacity", "stroke-opacity", "text-anchor",
    "font-size", "font-weight", "dx", "dy",
})  # fmt: skip


def tamed(drawing: str, colours: Mapping[str, str], ident: str, title: str, described: str) -> Markup:
    """The drawing as an image with a name and a description. colours: what it was drawn with -> a variable of the style."""
    root = Tree.fromstring(drawing)  # noqa: S314 -- see above
    _clean(root, colours)
    width = root.attrib.pop("width", "")
    root.attrib.pop("height", None)
    root.set("style", f"max-width:{float(width or 0):.0f}px")
    root.set("role", "img")
    root.set("aria-labelledby", f"{ident}-title {ident}-desc")
    for place, (tag, words) in enumerate((("title", title), ("desc", described))):
        told = Tree.Element(f"{{{SVG}}}{tag}", {"id": f"{ident}-{tag}"})
        told.text = words
        root.insert(place, told)
    Tree.register_namespace("", SVG)
    return Markup(Tree.tostring(root, encoding="unicode"))  # noqa: S704 -- of the listed tags and attributes only


def _clean(element: Tree.Element, colours: Mapping[str, str]) -> None:
    for child in [*element]:
        if child.tag.removeprefix(f"{{{SVG}}}") in TAGS:
            _clean(child, colours)
        else:
            element.remove(child)
    for name, value in [*element.attrib.items()]:
        if name not in KEPT or "url(" in value:
            del element.attrib[name]
        elif value in colours:
            element.set(name, f"var({colours[value]})")
