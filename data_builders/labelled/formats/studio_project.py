"""Projects of `nuner studio`."""

from __future__ import annotations

from ...data_kinds import is_project
from ..projects.project import SUFFIX
from ..projects.reading import labelled_texts
from .labelled_format import LabelledFormat

STUDIO_PROJECT = LabelledFormat(
    name="studio",
    title="a project of nuner studio",
    suffixes=(SUFFIX,),
    recognize=lambda file: int(file.path.is_file() and is_project(file.path)),
    read=lambda file, rejections, notes: labelled_texts(file.path, notes),
    write=None,
)
