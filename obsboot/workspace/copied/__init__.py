"""A project that copier made meets a newer version of its template, and nothing that was written by hand is lost."""

from obsboot.workspace.copied.answers_file import CopierAnswers, copier_answers
from obsboot.workspace.copied.planning import Copied, copied_refusal, plan_copied
from obsboot.workspace.copied.rendering import Template

__all__ = ["Copied", "CopierAnswers", "Template", "copied_refusal", "copier_answers", "plan_copied"]
