"""What an organizer must know about train, test and solution before the launch. No Django."""

from grader.audit.auditing import audit
from grader.audit.report import Finding, Level, Report

__all__ = ["Finding", "Level", "Report", "audit"]
